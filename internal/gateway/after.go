package gateway

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"jackfield/internal/fault"
	"jackfield/internal/outbound"

	"github.com/tidwall/gjson"
)

// after runs the scripts that may change the answer, the resource's own first; they also run when the call
// was skipped or failed. Then a provider error that is left becomes the call's error.
func (g *Gateway) after(ctx context.Context, c *Call) error {
	if c.stream != nil {
		c.takeResponseParameters()
		return nil
	}
	for _, script := range c.Resource.After {
		if err := g.hook(ctx, c, script, true); err != nil {
			return err
		}
	}
	if c.response.failed() {
		if c.Lifecycle { // the memory behind the body is given back with the fault
			c.refusal = &vendorResponse{status: c.response.status, header: c.response.header, body: bytes.Clone(c.response.body)}
		}
		return c.vendorFault()
	}
	c.takeResponseParameters()
	return nil
}

// chain moves on to the resource that nextResource names and hands it the answer so far. A body that a hook
// set stays the body of the chain.
func (g *Gateway) chain(c *Call) error {
	next, ok := c.Program.Next(c.Resource.NextResource)
	if !ok {
		return fault.New(fault.Invalid, "The next resource %s of %s %s does not exist", c.Resource.NextResource, c.Resource.Method, c.Resource.Canonical)
	}
	c.previous = append([]byte(nil), c.response.body...)
	c.previousHeader = c.response.header
	c.values = c.valuesOf(next)
	c.Resource = next
	c.response = vendorResponse{}
	c.skipped = false
	return nil
}

// remember keeps the configuration that hooks wrote, for instances that are stored.
func (g *Gateway) remember(ctx context.Context, c *Call) error {
	if len(c.configuration) == 0 || c.Lifecycle || c.Instance.ID == 0 {
		return nil
	}
	_, err := g.instances.Remember(ctx, c.Instance, c.configuration)
	return err
}

// maxProviderMessage bounds how much of a provider's error is repeated, in bytes.
const maxProviderMessage = 4 << 10

// vendorFault maps a provider's error (reference/hub-api.md §8): statuses a caller can act on pass through,
// server errors become 502, everything else 400.
func (c *Call) vendorFault() error {
	status := c.response.status
	said := c.response.said
	if said == "" {
		said = providerMessage(c.response.body, c.response.header.Get("Content-Type"))
	}
	f := &fault.Error{Kind: kindOf(status), Provider: said}
	where := c.asked()
	switch {
	case c.throttled(status):
		f.Kind, f.Status = fault.Throttled, http.StatusTooManyRequests
		f.RetryAfter, _ = outbound.RetryAfter(c.response.header, time.Now()) // 0 = the provider did not say
		f.Message = "The provider allows no more requests for now"
	case status == http.StatusUnauthorized:
		f.Message = "The provider refused the credentials of this instance"
	case status == http.StatusForbidden:
		f.Message = "The provider forbids this request for the credentials of this instance"
	case status == http.StatusNotFound:
		f.Message = "The provider found nothing at " + where
	case status == http.StatusConflict:
		f.Message = "The provider reports a conflict with existing data"
	case f.Kind == fault.Provider:
		f.Message = "Provider server error"
	default:
		f.Message = "The provider did not accept the request " + where
	}
	return f
}

// throttled reports whether a status means that the provider's rate limit is used up: 429, or one that the
// connector names in ratelimit.statuses.
func (c *Call) throttled(status int) bool {
	if status == http.StatusTooManyRequests {
		return true
	}
	if c.response.header.Get("Retry-After") == "" {
		return false // 403 with a meaning of its own
	}
	for name := range strings.SplitSeq(c.Instance.Effective["ratelimit.statuses"], ",") {
		if strings.TrimSpace(name) == itoa(status) {
			return true
		}
	}
	return false
}

// kindOf is the fault kind of a provider's or hook's status.
func kindOf(status int) fault.Kind {
	switch status {
	case http.StatusUnauthorized:
		return fault.Unauthenticated
	case http.StatusForbidden:
		return fault.Forbidden
	case http.StatusNotFound, http.StatusGone:
		return fault.NotFound
	case http.StatusMethodNotAllowed:
		return fault.NotAllowed
	case http.StatusNotAcceptable:
		return fault.NotAcceptable
	case http.StatusConflict:
		return fault.Conflict
	case http.StatusRequestEntityTooLarge:
		return fault.TooLarge
	case http.StatusUnsupportedMediaType:
		return fault.UnsupportedMedia
	case http.StatusTooManyRequests:
		return fault.Throttled
	}
	if status >= 500 || status < 400 {
		return fault.Provider
	}
	return fault.Invalid
}

// providerMessage is what the provider said, in its own words: the usual members of a JSON error, else the
// text of the body. HTML pages say nothing to a caller and are not repeated.
func providerMessage(body []byte, contentType string) string {
	said := ""
	if gjson.ValidBytes(body) {
		parsed := gjson.ParseBytes(body)
		if parsed.IsArray() {
			parsed = parsed.Get("0")
		}
		for _, path := range []string{"message", "Message", "error.message", "error.message.value", `odata\.error.message.value`, "error_description", "description", "error_summary", "error", "errorMessages.0", "errors.0.message", "detail", "title"} {
			if found := parsed.Get(path); found.Type == gjson.String && found.String() != "" {
				said = found.String()
				break
			}
		}
		if said == "" && len(body) > 2 {
			said = string(body)
		}
		if state := parsed.Get("modelState"); state.IsObject() && said != "" {
			said += " " + state.Raw
		}
	} else if !strings.Contains(contentType, "html") {
		said = string(body)
	}
	said = strings.ToValidUTF8(strings.TrimSpace(said), "�")
	if len(said) > maxProviderMessage {
		said = strings.ToValidUTF8(said[:maxProviderMessage], "") + "…"
	}
	return said
}
