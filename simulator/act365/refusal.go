package act365

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"

	"jackfield/simulator/act365/odata"
)

// refusal is an error answer of the provider.
type refusal struct {
	status  int
	message string
	state   modelState  // nil unless a body did not fit its model
	header  http.Header // nil unless the answer carries extra headers
}

func (r *refusal) Error() string { return r.message }

func refuse(status int, format string, args ...any) *refusal {
	return &refusal{status: status, message: fmt.Sprintf(format, args...)}
}

// refuseBody answers a body that could be read but does not fit.
func refuseBody(state modelState) *refusal {
	return &refusal{status: http.StatusBadRequest, message: "The request is invalid.", state: state}
}

// refuseUnreadable answers a body that is no JSON of the right shape.
func refuseUnreadable(name string, err error) *refusal {
	return refuseBody(modelState{name: {err.Error() + "."}})
}

// refuseQuery answers a query option that cannot be honoured, with the position when there is one.
func refuseQuery(option string, err error) *refusal {
	var at *odata.Error
	if errors.As(err, &at) {
		return refuse(http.StatusBadRequest, "The query is not valid: %s, position %d: %s.", option, at.Position, at.Reason)
	}
	return refuse(http.StatusBadRequest, "The query is not valid: %s: %s.", option, err)
}

func notFound(what, id string) *refusal {
	return refuse(http.StatusNotFound, "There is no %s with the id %s.", what, id)
}

// reply is a finished answer before it is written.
type reply struct {
	status      int
	contentType string
	header      http.Header
	body        []byte
}

const jsonType = "application/json; charset=utf-8"

// answer writes the refusal in the shape the options ask for (reference/act365.md §11, 7).
func (r *refusal) answer(shape string) reply {
	out := reply{status: r.status, contentType: jsonType, header: r.header}
	switch shape {
	case "text":
		out.contentType, out.body = "text/plain; charset=utf-8", []byte(r.message)
	case "html":
		out.contentType, out.body = "text/html; charset=utf-8", errorPage(r.status, r.message)
	case "pascal":
		out.body = mustJSON(struct {
			Message    string     `json:"Message"`
			ModelState modelState `json:"ModelState,omitempty"`
		}{r.message, r.state})
	default:
		out.body = mustJSON(struct {
			Message    string     `json:"message"`
			ModelState modelState `json:"modelState,omitempty"`
		}{r.message, r.state})
	}
	return out
}

func errorPage(status int, message string) []byte {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	return fmt.Appendf(nil, "<!DOCTYPE html>\n<html><head><title>%s</title></head>\n<body><h1>%s</h1>\n<p>%s</p></body></html>\n",
		title, title, html.EscapeString(message))
}

// mustJSON encodes a value made in this package.
func mustJSON(value any) []byte {
	out, err := json.Marshal(value)
	if err != nil {
		panic("act365: " + err.Error())
	}
	return out
}
