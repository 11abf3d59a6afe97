package dockerfile

// Added to BuildKit's tests by changes.ts.

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/moby/buildkit/client"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	digest "github.com/opencontainers/go-digest"
	"github.com/stretchr/testify/require"
)

// imageClient sends a test's solves of a Dockerfile to the frontend image under test.
type imageClient struct {
	gateway.Client
	frontend frontend
}

func (c *imageClient) Solve(ctx context.Context, request gateway.SolveRequest) (*gateway.Result, error) {
	if request.Definition != nil {
		return c.Client.Solve(ctx, request)
	}
	return c.frontend.SolveGateway(ctx, c.Client, request)
}

// throughImage makes a client's build function ask the image where it would ask the daemon's own frontend.
func throughImage(f frontend, build gateway.BuildFunc) gateway.BuildFunc {
	return func(ctx context.Context, c gateway.Client) (*gateway.Result, error) {
		return build(ctx, &imageClient{Client: c, frontend: f})
	}
}

// buildArgs are those that every build through the image gets.
func buildArgs() []string {
	return strings.Fields(os.Getenv("CONFORMANCE_BUILD_ARGS"))
}

// withBuildArgs adds them to the options of a request.
func withBuildArgs(options map[string]string) {
	for _, arg := range buildArgs() {
		key, value, _ := strings.Cut(arg, "=")
		if _, given := options["build-arg:"+key]; !given {
			options["build-arg:"+key] = value
		}
	}
}

// buildArgFlags is the same for buildctl.
func buildArgFlags() string {
	var flags strings.Builder
	for _, arg := range buildArgs() {
		flags.WriteString(" --opt=build-arg:" + arg)
	}
	return flags.String()
}

// standInLayer is the one layer of the stand-in for amd64/debian:bullseye-20230109-slim.
func standInLayer() digest.Digest {
	return digest.Digest(os.Getenv("CONFORMANCE_DEBIAN_LAYER"))
}

// builtinDigest builds the same with the daemon's own frontend and returns the digest of what it pushed.
func builtinDigest(ctx context.Context, t *testing.T, c *client.Client, opt client.SolveOpt, target string) string {
	target += "-builtin"
	opt.Exports = []client.ExportEntry{{Type: client.ExporterImage, Attrs: map[string]string{
		"name":              target,
		"push":              "true",
		"oci-mediatypes":    "true",
		"rewrite-timestamp": "true",
	}}}
	opt.CacheExports = nil
	attrs := map[string]string{}
	for key, value := range opt.FrontendAttrs {
		if key != "source" {
			attrs[key] = value
		}
	}
	opt.FrontendAttrs = attrs
	_, err := (&builtinFrontend{}).Solve(ctx, c, opt, nil)
	require.NoError(t, err)
	desc, _, _ := readImage(t, ctx, target)
	return desc.Digest.String()
}
