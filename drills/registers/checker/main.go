// Reads a history of registers from standard input, an operation a line, and says as JSON whether it is linearizable. The
// judge is porcupine (https://github.com/anishathalye/porcupine), which knows nothing of this project. The first argument
// is where a picture of a history that is not linearizable goes.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/anishathalye/porcupine"
)

// What is not decided by then is not decided at all.
const patience = 3 * time.Minute

type verdict struct {
	Operations int      `json:"operations"`
	Unknown    int      `json:"unknown"`
	Registers  int      `json:"registers"`
	Verdict    string   `json:"verdict"`
	Wrong      []string `json:"wrong"`
}

func main() {
	history, err := readHistory(bufio.NewScanner(os.Stdin))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	found := verdict{Operations: len(history), Wrong: []string{}}
	for _, one := range history {
		if one.Output.(output).Unknown {
			found.Unknown++
		}
	}
	parts := byRegister(history)
	found.Registers = len(parts)
	result, info := porcupine.CheckOperationsVerbose(register, history, patience)
	found.Verdict = map[porcupine.CheckResult]string{
		porcupine.Ok: "linearizable", porcupine.Illegal: "not linearizable", porcupine.Unknown: "undecided",
	}[result]
	if result == porcupine.Illegal {
		for _, part := range parts {
			if porcupine.CheckOperationsTimeout(register, part, patience) == porcupine.Illegal {
				found.Wrong = append(found.Wrong, part[0].Input.(input).Register)
			}
		}
		if len(os.Args) > 1 {
			if err := porcupine.VisualizePath(register, info, os.Args[1]); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		os.Exit(2)
	}
}
