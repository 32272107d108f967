// Command pulumi-language-nodejs runs Pulumi programs with the `node` that is first on the PATH. It is the part
// of Pulumi's own plugin of that name which a project that manages its packages itself has a use for.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

const version = "3.270.0"

// exitedAfterLogging is the status with which @pulumi/pulumi/cmd/run ends when it has told the person already.
const exitedAfterLogging = 32

func main() {
	if len(os.Args) < 2 {
		cmdutil.Exit(errors.New("pulumi-language-nodejs is started by pulumi, with the engine's address"))
	}
	engine := os.Args[len(os.Args)-1]

	// An engine that is gone leaves no language host behind.
	ctx, stop := context.WithCancel(context.Background())
	cancel := make(chan bool)
	go func() {
		<-ctx.Done()
		close(cancel)
	}()
	if err := rpcutil.Healthcheck(ctx, engine, 5*time.Minute, stop); err != nil {
		cmdutil.Exit(fmt.Errorf("the engine at %s cannot be reached: %w", engine, err))
	}

	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(server *grpc.Server) error {
			rpc.RegisterLanguageRuntimeServer(server, &host{engine: engine})
			return nil
		},
	})
	if err != nil {
		cmdutil.Exit(err)
	}
	fmt.Println(handle.Port)
	if err := <-handle.Done; err != nil {
		cmdutil.Exit(err)
	}
}

type host struct {
	rpc.UnimplementedLanguageRuntimeServer
	engine string
}

func (h *host) Handshake(_ context.Context, request *rpc.LanguageHandshakeRequest) (*rpc.LanguageHandshakeResponse, error) {
	if request.GetEngineAddress() != "" {
		h.engine = request.GetEngineAddress()
	}
	return &rpc.LanguageHandshakeResponse{}, nil
}

// Run runs the program to its end. What it prints goes to the engine, which shows it to the person.
func (h *host) Run(ctx context.Context, request *rpc.RunRequest) (*rpc.RunResponse, error) {
	config, err := json.Marshal(request.GetConfig())
	if err != nil {
		return nil, err
	}
	secretKeys, err := json.Marshal(request.GetConfigSecretKeys())
	if err != nil {
		return nil, err
	}
	runner, err := nodeModule(request.GetInfo().GetProgramDirectory(), "cmd/run/index.js")
	if err != nil {
		return &rpc.RunResponse{Error: err.Error()}, nil
	}
	args := []string{
		runner,
		"--monitor", request.GetMonitorAddress(),
		"--engine", h.engine,
		"--organization", request.GetOrganization(),
		"--project", request.GetProject(),
		"--root-directory", request.GetInfo().GetRootDirectory(),
		"--stack", request.GetStack(),
		"--pwd", request.GetPwd(),
		"--parallel", strconv.Itoa(int(request.GetParallel())),
	}
	if request.GetDryRun() {
		args = append(args, "--dry-run")
	}
	args = append(args, request.GetInfo().GetEntryPoint())
	args = append(args, request.GetArgs()...)

	program := exec.CommandContext(ctx, "node", args...)
	program.Stdout, program.Stderr = os.Stdout, os.Stderr
	program.Env = append(os.Environ(),
		"PULUMI_CONFIG="+string(config),
		"PULUMI_CONFIG_SECRET_KEYS="+string(secretKeys),
	)
	return runResponse(program.Run())
}

func runResponse(err error) (*rpc.RunResponse, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &rpc.RunResponse{}, nil
	case errors.As(err, &exit) && exit.ExitCode() == exitedAfterLogging:
		return &rpc.RunResponse{Bail: true}, nil
	case errors.As(err, &exit):
		return &rpc.RunResponse{Error: fmt.Sprintf("the program ended with %s", exit.ProcessState)}, nil
	default:
		return &rpc.RunResponse{Error: fmt.Sprintf("node could not be started: %v", err)}, nil
	}
}

// GetRequiredPackages names none: the engine learns of a package, with its version, when the program first uses it.
// A program with several targets then needs no plugin of the ones it does not deploy to.
func (h *host) GetRequiredPackages(
	context.Context, *rpc.GetRequiredPackagesRequest,
) (*rpc.GetRequiredPackagesResponse, error) {
	return &rpc.GetRequiredPackagesResponse{}, nil
}

func (h *host) GetRequiredPlugins(
	context.Context, *rpc.GetRequiredPluginsRequest,
) (*rpc.GetRequiredPluginsResponse, error) {
	return &rpc.GetRequiredPluginsResponse{}, nil
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: version}, nil
}

// InstallDependencies runs npm, which the package-lock.json binds.
func (h *host) InstallDependencies(
	request *rpc.InstallDependenciesRequest, stream grpc.ServerStreamingServer[rpc.InstallDependenciesResponse],
) error {
	npm := exec.CommandContext(stream.Context(), "npm", "ci")
	npm.Dir = request.GetInfo().GetProgramDirectory()
	reader, writer := io.Pipe()
	npm.Stdout, npm.Stderr = writer, writer
	if err := npm.Start(); err != nil {
		return fmt.Errorf("npm could not be started: %w", err)
	}
	go func() { writer.CloseWithError(errors.Join(npm.Wait(), io.EOF)) }()
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		line := append(bytes.Clone(lines.Bytes()), '\n')
		if err := stream.Send(&rpc.InstallDependenciesResponse{Stdout: line}); err != nil {
			return err
		}
	}
	if !npm.ProcessState.Success() {
		return fmt.Errorf("npm ci ended with %s", npm.ProcessState)
	}
	return nil
}

func (h *host) RuntimeOptionsPrompts(
	context.Context, *rpc.RuntimeOptionsRequest,
) (*rpc.RuntimeOptionsResponse, error) {
	return &rpc.RuntimeOptionsResponse{}, nil
}

func (h *host) Template(context.Context, *rpc.TemplateRequest) (*rpc.TemplateResponse, error) {
	return &rpc.TemplateResponse{}, nil
}

func (h *host) About(ctx context.Context, _ *rpc.AboutRequest) (*rpc.AboutResponse, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, err
	}
	nodeVersion, err := exec.CommandContext(ctx, node, "--version").Output()
	if err != nil {
		return nil, err
	}
	return &rpc.AboutResponse{Executable: node, Version: strings.TrimSpace(string(nodeVersion))}, nil
}

func (h *host) GetProgramDependencies(
	_ context.Context, request *rpc.GetProgramDependenciesRequest,
) (*rpc.GetProgramDependenciesResponse, error) {
	manifest, err := os.ReadFile(filepath.Join(request.GetInfo().GetRootDirectory(), "package.json"))
	if err != nil {
		return nil, err
	}
	var declared struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal(manifest, &declared); err != nil {
		return nil, err
	}
	response := &rpc.GetProgramDependenciesResponse{}
	for _, dependencies := range []map[string]string{declared.Dependencies, declared.DevDependencies} {
		for name, required := range dependencies {
			response.Dependencies = append(response.Dependencies, &rpc.DependencyInfo{Name: name, Version: required})
		}
	}
	return response, nil
}

// nodeModule finds a file of @pulumi/pulumi from directory upwards, as node does.
func nodeModule(directory, file string) (string, error) {
	for current := directory; ; current = filepath.Dir(current) {
		candidate := filepath.Join(current, "node_modules", "@pulumi", "pulumi", file)
		if _, err := os.Stat(candidate); err == nil {
			return candidate, nil
		}
		if current == filepath.Dir(current) {
			return "", fmt.Errorf("@pulumi/pulumi is not installed for %s: run npm ci there", directory)
		}
	}
}
