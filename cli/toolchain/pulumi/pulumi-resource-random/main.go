// Command pulumi-resource-random makes the random values that @pulumi/random describes, with that plugin's
// properties, defaults and states, for networks where Pulumi's own plugin cannot be downloaded.
package main

import (
	"context"
	"fmt"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const version = "4.21.2"

func main() {
	err := provider.Main("random", func(*provider.HostClient) (rpc.ResourceProviderServer, error) {
		return plugin.NewProviderServer(&randomProvider{}), nil
	})
	if err != nil {
		cmdutil.ExitError(err.Error())
	}
}

// kind is one type of random value. Every input is part of what the value was drawn for: another one draws anew.
type kind struct {
	defaults resource.PropertyMap
	// outputs are the properties that are known once the value is drawn.
	outputs []resource.PropertyKey
	check   func(inputs resource.PropertyMap) []plugin.CheckFailure
	draw    func(inputs resource.PropertyMap) (resource.ID, resource.PropertyMap, error)
}

var kinds = map[tokens.Type]kind{
	"random:index/randomPassword:RandomPassword": password,
	"random:index/randomString:RandomString":     text,
	"random:index/randomId:RandomId":             identifier,
}

type randomProvider struct {
	plugin.UnimplementedProvider
}

func (p *randomProvider) Pkg() tokens.Package { return "random" }

func (p *randomProvider) Handshake(
	context.Context, plugin.ProviderHandshakeRequest,
) (*plugin.ProviderHandshakeResponse, error) {
	return &plugin.ProviderHandshakeResponse{AcceptSecrets: true}, nil
}

func (p *randomProvider) GetPluginInfo(context.Context) (plugin.PluginInfo, error) {
	parsed := semver.MustParse(version)
	return plugin.PluginInfo{Version: &parsed}, nil
}

func (p *randomProvider) GetSchema(context.Context, plugin.GetSchemaRequest) (plugin.GetSchemaResponse, error) {
	return plugin.GetSchemaResponse{Schema: []byte(`{"name":"random","version":"` + version + `"}`)}, nil
}

func (p *randomProvider) CheckConfig(
	_ context.Context, request plugin.CheckConfigRequest,
) (plugin.CheckConfigResponse, error) {
	return plugin.CheckConfigResponse{Properties: request.News}, nil
}

func (p *randomProvider) DiffConfig(context.Context, plugin.DiffConfigRequest) (plugin.DiffConfigResponse, error) {
	return plugin.DiffConfigResponse{Changes: plugin.DiffNone}, nil
}

func (p *randomProvider) Configure(context.Context, plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	return plugin.ConfigureResponse{}, nil
}

func (p *randomProvider) Check(_ context.Context, request plugin.CheckRequest) (plugin.CheckResponse, error) {
	kind, err := kindOf(request.Type)
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	response := plugin.CheckResponse{Properties: request.News}
	if !request.News.ContainsUnknowns() {
		response.Failures = kind.check(withDefaults(kind, request.News))
	}
	return response, nil
}

func (p *randomProvider) Diff(_ context.Context, request plugin.DiffRequest) (plugin.DiffResult, error) {
	kind, err := kindOf(request.Type)
	if err != nil {
		return plugin.DiffResult{}, err
	}
	diff := withDefaults(kind, request.OldInputs).Diff(withDefaults(kind, request.NewInputs))
	if diff == nil {
		return plugin.DiffResult{Changes: plugin.DiffNone}, nil
	}
	return plugin.DiffResult{
		Changes:     plugin.DiffSome,
		ReplaceKeys: diff.ChangedKeys(),
		ChangedKeys: diff.ChangedKeys(),
	}, nil
}

func (p *randomProvider) Create(_ context.Context, request plugin.CreateRequest) (plugin.CreateResponse, error) {
	kind, err := kindOf(request.Type)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	inputs := withDefaults(kind, request.Properties)
	if request.Preview || inputs.ContainsUnknowns() {
		for _, output := range kind.outputs {
			inputs[output] = resource.MakeComputed(resource.NewProperty(""))
		}
		return plugin.CreateResponse{Properties: inputs}, nil
	}
	id, outputs, err := kind.draw(inputs)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	for key, value := range outputs {
		inputs[key] = value
	}
	return plugin.CreateResponse{ID: id, Properties: inputs, Status: resource.StatusOK}, nil
}

// Read finds every value as it was drawn: it exists in the state alone.
func (p *randomProvider) Read(_ context.Context, request plugin.ReadRequest) (plugin.ReadResponse, error) {
	if len(request.State) == 0 {
		return plugin.ReadResponse{}, fmt.Errorf(
			"%s %q cannot be imported with the plugin that was built here; use Pulumi's own random plugin", request.Type, request.ID)
	}
	found := plugin.ReadResult{ID: request.ID, Inputs: request.Inputs, Outputs: request.State}
	return plugin.ReadResponse{ReadResult: found, Status: resource.StatusOK}, nil
}

func (p *randomProvider) Delete(context.Context, plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	return plugin.DeleteResponse{Status: resource.StatusOK}, nil
}

func (p *randomProvider) SignalCancellation(context.Context) error { return nil }

func (p *randomProvider) Close() error { return nil }

func kindOf(token tokens.Type) (kind, error) {
	found, ok := kinds[token]
	if !ok {
		return kind{}, fmt.Errorf(
			"%s is not among the types that the random plugin that was built here knows; use Pulumi's own", token)
	}
	return found, nil
}

func withDefaults(kind kind, inputs resource.PropertyMap) resource.PropertyMap {
	complete := kind.defaults.Copy()
	for key, value := range inputs {
		if !value.IsNull() && key != "__defaults" {
			complete[key] = value
		}
	}
	return complete
}
