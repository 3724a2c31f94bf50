package rest

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// refusal is an error of the provider: a cause, which the file gives a status and a code, and words.
type refusal struct {
	cause   string // unauthorized, route, method, media, invalid, parameter, field, required, query, missing, conflict, throttled
	message string
	field   string
	status  int // 0 = the file's, or the usual one
	code    any // nil = the file's
}

func refuse(cause, format string, args ...any) *refusal {
	return &refusal{cause: cause, message: fmt.Sprintf(format, args...)}
}

func (r *refusal) at(field string) *refusal {
	r.field = field
	return r
}

// usual are the statuses of providers that say nothing else.
var usual = map[string]int{
	"unauthorized": http.StatusUnauthorized, "route": http.StatusNotFound, "method": http.StatusMethodNotAllowed,
	"media": http.StatusUnsupportedMediaType, "missing": http.StatusNotFound, "conflict": http.StatusConflict,
	"throttled": http.StatusTooManyRequests,
}

// refuse makes the answer of a refusal in the provider's shape.
func (x *exchange) refuse(r *refusal) {
	shape := x.simulator.file.Errors
	status := r.status
	if status == 0 {
		status = shape.Status[r.cause]
	}
	if status == 0 {
		status = usual[r.cause]
	}
	if status == 0 {
		status = http.StatusBadRequest
	}
	if shape.Body == nil {
		shape.Body = map[string]any{"error": "{message}"}
	}
	code, ok := shape.Codes[r.cause]
	if !ok {
		code = strings.ToUpper(r.cause)
	}
	if r.code != nil {
		code = r.code
	}
	words := x.words()
	maps.Copy(words, map[string]any{"message": r.message, "code": code, "status": status, "field": r.field, "cause": r.cause})
	x.content = nil
	x.answer(status, x.simulator.fill(shape.Body, words))
	if shape.ContentType != "" {
		x.header.Set("Content-Type", shape.ContentType)
	}
}
