package gateway

import (
	"maps"
	"net/http"

	"jackfield/internal/credential"
)

// sign applies the instance's credential, last, after all hooks. It never overwrites an Authorization that a
// parameter or a hook set, and signs only for hosts that the credential belongs to.
func (g *Gateway) sign(c *Call, request *http.Request) error {
	base, err := c.baseURL()
	if err != nil {
		base = "" // the request has an absolute address, which the definition must name
	}
	_, err = credential.Sign(request, c.Instance.AuthenticationType, c.effective(), credential.NewHosts(base, c.Program.Absolute()...))
	return err
}

// effective is the configuration in force with what hooks of this call wrote.
func (c *Call) effective() credential.Configuration {
	if len(c.configuration) == 0 {
		return c.Instance.Effective
	}
	merged := maps.Clone(c.Instance.Effective)
	maps.Copy(merged, c.configuration)
	return merged
}
