package ceql

import (
	"slices"

	"jackfield/internal/fault"
)

// Options are the settings of a dialect: the effective configuration of an instance, or nil. A converter says which
// keys it reads.
type Options map[string]string

// Converted is an expression in a provider's language: Terms, or Text, or JSON.
type Converted struct {
	Terms []Pair // parameters of their own
	Text  string // one text
	JSON  []byte // one JSON value

	// Name is how providers usually call the parameter of Text or JSON. The vendorName of a definition wins.
	Name string
	// Place is where it goes when the definition says query: PlaceQuery, PlaceForm or PlaceBody.
	Place string
}

// Where a converted expression goes.
const (
	PlaceQuery = ""
	PlaceForm  = "form"
	PlaceBody  = "bodyField"
)

// converters are the names that definitions may use, with what each one makes of an expression. Known checks
// definitions against it, and Convert runs it.
var converters = []struct {
	name, makes string
	convert     func(Expr, Options) (Converted, error)
}{
	{"evaluate", "nothing: the provider's rows are read and filtered here", func(Expr, Options) (Converted, error) {
		return Converted{}, nil
	}},
	{"toQueryParameters", "one query parameter per condition; the operator is dropped", func(e Expr, _ Options) (Converted, error) {
		terms, err := ToQueryParameters(e)
		return Converted{Terms: terms}, err
	}},
	{"toFormFields", "one form field per condition; the operator is dropped", func(e Expr, _ Options) (Converted, error) {
		terms, err := ToQueryParameters(e)
		return Converted{Terms: terms, Place: PlaceForm}, err
	}},
	{"toBodyFields", "one member of the body per condition; the operator is dropped", func(e Expr, _ Options) (Converted, error) {
		members, err := ToBodyFields(e)
		return Converted{JSON: members, Place: PlaceBody}, err
	}},
	{"toODataFilter", "an OData 4 expression", odata(4)},
	{"toODataV3Filter", "an OData 3 expression", odata(3)},
	{"toSOQL", "the WHERE part of a SOQL statement, without the word", func(e Expr, o Options) (Converted, error) {
		text, err := ToSOQL(e, SOQLOptions{Dates: fieldList(o["soql.date.fields"])})
		return Converted{Text: text, Name: "q"}, err
	}},
	{"toJQL", "a Jira query", func(e Expr, _ Options) (Converted, error) {
		text, err := ToJQL(e)
		return Converted{Text: text, Name: "jql"}, err
	}},
	{"toZendeskSearch", "a Zendesk search", func(e Expr, _ Options) (Converted, error) {
		text, err := ToZendeskSearch(e)
		return Converted{Text: text, Name: "query"}, err
	}},
	{"toFreshdesk", "a Freshdesk filter in its quotes", func(e Expr, _ Options) (Converted, error) {
		text, err := ToFreshdesk(e)
		return Converted{Text: text, Name: "query"}, err
	}},
	{"toHubSpotFilterGroups", "the filterGroups of a HubSpot search", func(e Expr, _ Options) (Converted, error) {
		groups, err := ToHubSpotFilterGroups(e)
		return Converted{JSON: groups, Name: "filterGroups", Place: PlaceBody}, err
	}},
	{"toCloseQuery", "a Close lead search", func(e Expr, _ Options) (Converted, error) {
		text, err := ToCloseQuery(e)
		return Converted{Text: text, Name: "query"}, err
	}},
	{"toStripeSearch", "a Stripe search", func(e Expr, _ Options) (Converted, error) {
		text, err := ToStripeSearch(e)
		return Converted{Text: text, Name: "query"}, err
	}},
	{"toWiql", "the WHERE part of a WIQL statement, without the word", func(e Expr, _ Options) (Converted, error) {
		text, err := ToWIQL(e)
		return Converted{Text: text, Name: "query"}, err
	}},
	{"toSFDCReportFilter", "the filters of a Salesforce report", func(e Expr, _ Options) (Converted, error) {
		filters, err := ToReportFilters(e)
		return Converted{JSON: filters, Name: "reportFilters"}, err
	}},
	{"toQuickbase", "a Quickbase query", func(e Expr, _ Options) (Converted, error) {
		text, err := ToQuickbase(e)
		return Converted{Text: text, Name: "query"}, err
	}},
	{"toBazaarvoice", "one Filter parameter per condition", func(e Expr, _ Options) (Converted, error) {
		terms, err := ToBazaarvoice(e)
		return Converted{Terms: terms}, err
	}},
}

// Convert writes an expression in the language that a converter is named after. "" is canonical text. A converter that
// does not exist is Invalid; so is what its language cannot say. A nil Expr converts to nothing.
func Convert(name string, e Expr, o Options) (Converted, error) {
	if e == nil {
		return Converted{}, nil
	}
	if name == "" {
		return Converted{Text: Print(e)}, nil
	}
	for _, c := range converters {
		if c.name == name {
			return c.convert(e, o)
		}
	}
	return Converted{}, fault.New(fault.Invalid, "where is not supported on this resource: the connector names the converter %s, which does not exist here", name)
}

// Known reports whether a converter of that name exists. A definition that names another one is imported all the same,
// and where is refused on its resources (reference/clients.md §8.1).
func Known(name string) bool { return slices.Contains(Converters(), name) }

// Makes says what a converter makes of an expression, "" for one that does not exist.
func Makes(name string) string {
	for _, c := range converters {
		if c.name == name {
			return c.makes
		}
	}
	return ""
}

// Converters lists the names of the converters.
func Converters() []string {
	names := make([]string, len(converters))
	for i, c := range converters {
		names[i] = c.name
	}
	return names
}

// odata reads odata.like.function, odata.literal.style and odata.date.style.
func odata(version int) func(Expr, Options) (Converted, error) {
	return func(e Expr, o Options) (Converted, error) {
		text, err := ToOData(e, ODataOptions{
			Version:  version,
			Like:     o["odata.like.function"],
			Literals: o["odata.literal.style"],
			Dates:    o["odata.date.style"],
		})
		return Converted{Text: text, Name: "$filter"}, err
	}
}
