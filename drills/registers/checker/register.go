package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"

	"github.com/anishathalye/porcupine"
)

// A line of the history, as drills/registers/history.ts writes it.
type line struct {
	Client   int    `json:"client"`
	Register string `json:"register"`
	// read, write, or swap: write if the register holds what was expected.
	Kind     string `json:"kind"`
	Value    string `json:"value"`
	Expected string `json:"expected"`
	Swapped  bool   `json:"swapped"`
	// Nanoseconds; null where nobody knows what became of it, so that it may happen at any time from then on, or never.
	Call   int64  `json:"call"`
	Return *int64 `json:"return"`
}

type input struct{ Register, Kind, Value, Expected string }

type output struct {
	Value            string
	Swapped, Unknown bool
}

// One register; at first it is empty.
var register = porcupine.Model{
	Partition: byRegister,
	Init:      func() interface{} { return "" },
	Step: func(state, in, out interface{}) (bool, interface{}) {
		held, asked, answered := state.(string), in.(input), out.(output)
		switch asked.Kind {
		case "read":
			return answered.Value == held, held
		case "write":
			return true, asked.Value
		}
		fits := held == asked.Expected
		next := held
		if fits {
			next = asked.Value
		}
		return answered.Unknown || answered.Swapped == fits, next
	},
	DescribeOperation: func(in, out interface{}) string {
		asked, answered := in.(input), out.(output)
		switch {
		case asked.Kind == "read":
			return fmt.Sprintf("read %q", answered.Value)
		case answered.Unknown:
			return fmt.Sprintf("%s %q: unknown", asked.Kind, asked.Value)
		case asked.Kind == "write":
			return fmt.Sprintf("write %q", asked.Value)
		}
		return fmt.Sprintf("swap %q for %q: %t", asked.Expected, asked.Value, answered.Swapped)
	},
}

func readHistory(lines *bufio.Scanner) ([]porcupine.Operation, error) {
	history := []porcupine.Operation{}
	for lines.Scan() {
		var one line
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return nil, fmt.Errorf("line %d of the history: %w", len(history)+1, err)
		}
		if one.Kind != "read" && one.Kind != "write" && one.Kind != "swap" {
			return nil, fmt.Errorf("line %d of the history has the kind %q; allowed are read, write and swap", len(history)+1, one.Kind)
		}
		returned := int64(math.MaxInt64)
		if one.Return != nil {
			returned = *one.Return
		}
		history = append(history, porcupine.Operation{
			ClientId: one.Client,
			Input:    input{one.Register, one.Kind, one.Value, one.Expected},
			Output:   output{one.Value, one.Swapped, one.Return == nil},
			Call:     one.Call,
			Return:   returned,
		})
	}
	return history, lines.Err()
}

func byRegister(history []porcupine.Operation) [][]porcupine.Operation {
	parts := map[string][]porcupine.Operation{}
	names := []string{}
	for _, one := range history {
		name := one.Input.(input).Register
		if parts[name] == nil {
			names = append(names, name)
		}
		parts[name] = append(parts[name], one)
	}
	split := [][]porcupine.Operation{}
	for _, name := range names {
		split = append(split, parts[name])
	}
	return split
}
