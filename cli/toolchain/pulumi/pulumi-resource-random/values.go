package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"golang.org/x/crypto/bcrypt"
)

const specialCharacters = "!@#$%&*()-_=+[]{}<>:?"

// bcrypt looks at no more bytes than these.
const bcryptBytes = 72

var textDefaults = resource.PropertyMap{
	"lower":      resource.NewProperty(true),
	"upper":      resource.NewProperty(true),
	"numeric":    resource.NewProperty(true),
	"number":     resource.NewProperty(true),
	"special":    resource.NewProperty(true),
	"minLower":   resource.NewProperty(0.0),
	"minUpper":   resource.NewProperty(0.0),
	"minNumeric": resource.NewProperty(0.0),
	"minSpecial": resource.NewProperty(0.0),
	// The version of the state's layout, which Pulumi's own plugin looks for.
	"__meta": resource.NewProperty(`{"schema_version":"3"}`),
}

var password = kind{
	defaults: textDefaults,
	outputs:  []resource.PropertyKey{"result", "bcryptHash"},
	check:    checkText,
	draw: func(inputs resource.PropertyMap) (resource.ID, resource.PropertyMap, error) {
		drawn, err := drawText(inputs)
		if err != nil {
			return "", nil, err
		}
		hash, err := bcrypt.GenerateFromPassword([]byte(drawn)[:min(len(drawn), bcryptBytes)], bcrypt.DefaultCost)
		if err != nil {
			return "", nil, err
		}
		return "none", resource.PropertyMap{
			"result":     resource.MakeSecret(resource.NewProperty(drawn)),
			"bcryptHash": resource.MakeSecret(resource.NewProperty(string(hash))),
		}, nil
	},
}

var text = kind{
	defaults: textDefaults,
	outputs:  []resource.PropertyKey{"result"},
	check:    checkText,
	draw: func(inputs resource.PropertyMap) (resource.ID, resource.PropertyMap, error) {
		drawn, err := drawText(inputs)
		return resource.ID(drawn), resource.PropertyMap{"result": resource.NewProperty(drawn)}, err
	},
}

var identifier = kind{
	defaults: resource.PropertyMap{},
	outputs:  []resource.PropertyKey{"b64Std", "b64Url", "dec", "hex"},
	check: func(inputs resource.PropertyMap) []plugin.CheckFailure {
		return checkNumber(inputs, "byteLength", 1)
	},
	draw: func(inputs resource.PropertyMap) (resource.ID, resource.PropertyMap, error) {
		bytes := make([]byte, int(inputs["byteLength"].NumberValue()))
		if _, err := rand.Read(bytes); err != nil {
			return "", nil, err
		}
		prefix := ""
		if given := inputs["prefix"]; given.IsString() {
			prefix = given.StringValue()
		}
		id := base64.RawURLEncoding.EncodeToString(bytes)
		return resource.ID(id), resource.PropertyMap{
			"b64Std": resource.NewProperty(prefix + base64.StdEncoding.EncodeToString(bytes)),
			"b64Url": resource.NewProperty(prefix + id),
			"dec":    resource.NewProperty(prefix + new(big.Int).SetBytes(bytes).String()),
			"hex":    resource.NewProperty(prefix + hex.EncodeToString(bytes)),
		}, nil
	},
}

// class is a set of characters and the least number of them that a text has.
type class struct {
	characters string
	least      int
}

func classes(inputs resource.PropertyMap) []class {
	special := specialCharacters
	if given := inputs["overrideSpecial"]; given.IsString() && given.StringValue() != "" {
		special = given.StringValue()
	}
	var wanted []class
	add := func(key, leastKey resource.PropertyKey, characters string) {
		if inputs[key].BoolValue() {
			wanted = append(wanted, class{characters, int(inputs[leastKey].NumberValue())})
		}
	}
	add("lower", "minLower", "abcdefghijklmnopqrstuvwxyz")
	add("upper", "minUpper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	if inputs["number"].BoolValue() {
		add("numeric", "minNumeric", "0123456789")
	}
	add("special", "minSpecial", special)
	return wanted
}

func checkText(inputs resource.PropertyMap) []plugin.CheckFailure {
	failures := checkNumber(inputs, "length", 1)
	if len(failures) > 0 {
		return failures
	}
	least := 0
	wanted := classes(inputs)
	for _, class := range wanted {
		least += class.least
	}
	if length := int(inputs["length"].NumberValue()); least > length {
		reason := fmt.Sprintf("length is %d; the least numbers of each kind of character need %d", length, least)
		return []plugin.CheckFailure{{Property: "length", Reason: reason}}
	}
	if len(wanted) == 0 {
		return []plugin.CheckFailure{{Property: "special", Reason: "every kind of character is turned off"}}
	}
	return nil
}

func checkNumber(inputs resource.PropertyMap, key resource.PropertyKey, least float64) []plugin.CheckFailure {
	value := inputs[key]
	if !value.IsNumber() || value.NumberValue() < least || value.NumberValue() != float64(int(value.NumberValue())) {
		reason := fmt.Sprintf("%s is %v; allowed is a whole number from %v", key, value, least)
		return []plugin.CheckFailure{{Property: key, Reason: reason}}
	}
	return nil
}

// drawText draws the least numbers of each class, the rest from all of them, and shuffles.
func drawText(inputs resource.PropertyMap) (string, error) {
	wanted := classes(inputs)
	var all strings.Builder
	drawn := make([]byte, 0, int(inputs["length"].NumberValue()))
	for _, class := range wanted {
		all.WriteString(class.characters)
		for range class.least {
			index, err := drawIndex(len(class.characters))
			if err != nil {
				return "", err
			}
			drawn = append(drawn, class.characters[index])
		}
	}
	for len(drawn) < cap(drawn) {
		index, err := drawIndex(all.Len())
		if err != nil {
			return "", err
		}
		drawn = append(drawn, all.String()[index])
	}
	for last := len(drawn) - 1; last > 0; last-- {
		index, err := drawIndex(last + 1)
		if err != nil {
			return "", err
		}
		drawn[last], drawn[index] = drawn[index], drawn[last]
	}
	return string(drawn), nil
}

// drawIndex draws evenly from 0 to below size.
func drawIndex(size int) (int, error) {
	index, err := rand.Int(rand.Reader, big.NewInt(int64(size)))
	if err != nil {
		return 0, err
	}
	return int(index.Int64()), nil
}
