// Package shim lends out the upstream Docker provider, whose package is internal to its module's path.
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// NewProvider returns the upstream Terraform provider for Docker.
func NewProvider(version string) *schema.Provider {
	return provider.New(version)()
}
