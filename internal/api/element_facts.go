package api

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/metadata"
)

// elementsMetadata answers the basic facts of every connector; expand=true the whole of them.
func (a *API) elementsMetadata(e *exchange) error {
	view, err := a.view(e)
	if err != nil {
		return err
	}
	all := view.All()
	page, err := e.cutWhenAsked(len(all))
	if err != nil {
		return err
	}
	rows := make([]json.RawMessage, 0, page.to-page.from)
	for _, c := range all[page.from:page.to] {
		row, err := metadata.Element(c.Definition, e.r.URL.Query().Get("expand") == "true")
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	e.nextPage(page.next)
	e.returned(len(rows))
	return e.json(rows)
}

func (a *API) elementMetadata(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	return e.document(metadata.Element(found.Definition, e.r.URL.Query().Get("expand") == "true"))
}

// defaultTransformations answers the mappings that come with a connector, by object; {} when there are none.
func (a *API) defaultTransformations(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	all := map[string]connector.DefaultTransformation{}
	for _, t := range found.DefaultTransformations {
		all[t.Name] = t
	}
	return e.json(all)
}

// versions answers the states of a connector that can be had: the one in force.
func (a *API) versions(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	return e.json([]struct {
		ElementID   int64  `json:"elementId"`
		Version     int64  `json:"version"`
		Active      bool   `json:"active"`
		UpdatedDate string `json:"updatedDate,omitempty"`
	}{{found.ID, found.Version(), found.Active, found.UpdatedDate}})
}

// problem is one finding of a validation.
type problem struct {
	Severity string `json:"severity"` // error or warning
	Path     string `json:"path"`
	Reason   string `json:"reason"`
}

// validateElement answers what is wrong with a connector as it is stored. Stored connectors have no errors, but for
// hooks that were written one by one.
func (a *API) validateElement(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	answer := struct {
		Valid    bool      `json:"valid"`
		Problems []problem `json:"problems"`
	}{true, []problem{}}
	for _, p := range a.Builder.Problems(e.r.Context(), found) {
		answer.Valid = answer.Valid && p.Severity != connector.Error
		answer.Problems = append(answer.Problems, problem{p.Severity.String(), p.Path, p.Reason})
	}
	return e.json(answer)
}

// cheatSheet answers a page about a connector for people: what an instance is asked for, and what can be called.
func (a *API) cheatSheet(e *exchange) error {
	found, err := a.element(e)
	if err != nil {
		return err
	}
	var b strings.Builder
	write := func(format string, texts ...string) {
		escaped := make([]any, len(texts))
		for i, text := range texts {
			escaped[i] = html.EscapeString(text)
		}
		fmt.Fprintf(&b, format, escaped...)
	}
	write("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title></head><body><h1>%s</h1><p>%s</p>\n", found.Name, found.Name, found.Description)
	write("<p>Key <code>%s</code>, hub <code>%s</code>, authentication <code>%s</code></p>\n", found.Key, found.HubKey(), found.Authentication.Type)
	b.WriteString("<h2>Configuration</h2><table><tr><th>Key</th><th>Name</th><th>Required</th><th>Description</th></tr>\n")
	for _, entry := range found.Configuration {
		if entry.Internal || entry.HideFromConsole {
			continue
		}
		required := ""
		if entry.Required {
			required = "yes"
		}
		write("<tr><td><code>%s</code></td><td>%s</td><td>%s</td><td>%s</td></tr>\n", entry.Key, entry.Name, required, entry.Description)
	}
	b.WriteString("</table><h2>Resources</h2><table><tr><th>Call</th><th>Parameters</th><th>Description</th></tr>\n")
	for _, r := range found.Resources {
		if r.ResourceType() != connector.ResourceAPI {
			continue
		}
		var names []string
		for _, p := range r.Parameters {
			switch p.Type {
			case connector.TypePath, connector.TypeQuery, connector.TypeHeader, connector.TypeBody:
				names = append(names, p.Name)
			}
		}
		write("<tr><td><code>%s %s</code></td><td>%s</td><td>%s</td></tr>\n", r.Method, connector.RelativePath(r.Path), strings.Join(names, ", "), r.Description)
	}
	b.WriteString("</table></body></html>\n")
	e.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	e.w.Header().Set("Content-Security-Policy", "default-src 'none'")
	e.write(http.StatusOK, []byte(b.String()))
	return nil
}
