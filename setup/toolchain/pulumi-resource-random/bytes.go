package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

var bytes = kind{
	defaults: resource.PropertyMap{},
	outputs:  []resource.PropertyKey{"base64", "hex"},
	check: func(inputs resource.PropertyMap) []plugin.CheckFailure {
		return checkNumber(inputs, "length", 1)
	},
	draw: func(inputs resource.PropertyMap) (resource.ID, resource.PropertyMap, error) {
		drawn := make([]byte, int(inputs["length"].NumberValue()))
		if _, err := rand.Read(drawn); err != nil {
			return "", nil, err
		}
		return "none", resource.PropertyMap{
			"base64": resource.MakeSecret(resource.NewProperty(base64.StdEncoding.EncodeToString(drawn))),
			"hex":    resource.MakeSecret(resource.NewProperty(hex.EncodeToString(drawn))),
		}, nil
	},
}
