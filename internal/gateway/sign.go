package gateway

import (
	"net/http"

	"jackfield/internal/credential"
)

// sign applies the instance's credential, last, after all hooks. It never overwrites an Authorization that a
// parameter or a hook set, and signs only for hosts that the credential belongs to.
func (g *Gateway) sign(c *Call, request *http.Request) error {
	base, err := c.baseURL()
	if err != nil {
		base = ""
	}
	return credential.Sign(request, credential.Use{
		Type:          c.Instance.AuthenticationType,
		Configuration: c.Configuration,
		Home:          base,
	})
}
