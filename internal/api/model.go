package api

import (
	"mime"
	"net/http"

	"jackfield/internal/schema"
)

// maxSample is the largest sample, definitions map or CSV file of the model tools, in bytes.
const maxSample = 10 << 20

// modelSchema answers POST /models/{name}/schema: the definitions of a sample (reference/hub-api.md §5.6).
func (a *API) modelSchema(e *exchange) error {
	sample, err := e.body()
	if err != nil {
		return err
	}
	return e.document(schema.FromSample(e.param("name"), sample))
}

// modelCSV answers POST /models/{name}/csv: a sample, or with fromSchema=true definitions, as CSV.
func (a *API) modelCSV(e *exchange) error {
	body, err := e.body()
	if err != nil {
		return err
	}
	name, write := e.param("name"), schema.CSVFromSample
	if e.r.URL.Query().Get("fromSchema") == "true" {
		write = schema.CSV
	}
	text, err := write(name, body)
	if err != nil {
		return err
	}
	header := e.w.Header()
	header.Set("Content-Type", "text/csv") // exactly this (reference/http-conventions.md §6)
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name + ".csv"}))
	e.write(http.StatusOK, text)
	return nil
}

// modelFromCSV answers POST /models/{name}/schema/csv: the definitions that a CSV file holds.
func (a *API) modelFromCSV(e *exchange) error {
	text, err := e.upload(maxSample)
	if err != nil {
		return err
	}
	return e.document(schema.FromCSV(e.param("name"), text))
}
