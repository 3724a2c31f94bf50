package gateway

import (
	"maps"
	"net/http"

	"jackfield/internal/credential"
)

// sign applies the instance's credential, last, after all hooks. It never overwrites an Authorization that a
// parameter or a hook set, and signs only for hosts that the credential belongs to.
func (g *Gateway) sign(c *Call, request *http.Request, hosts credential.Hosts) error {
	_, err := credential.Sign(request, c.Instance.AuthenticationType, c.effective(), hosts)
	return err
}

// hosts are the parties that the instance's credential belongs to.
func (c *Call) hosts() credential.Hosts {
	base, err := c.baseURL()
	if err != nil {
		base = "" // the request has an absolute address, which the definition must name
	}
	return credential.NewHosts(base, c.Program.Absolute()...)
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
