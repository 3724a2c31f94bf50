package gateway

import (
	"net/http"
	"strings"
	"testing"

	"jackfield/internal/catalog"
	"jackfield/internal/ceql"
	"jackfield/internal/connector"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
)

func TestAConvertedExpressionGoesWhereTheDefinitionSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		converter, vendorName, vendorType string
		where, body                       string
		want                              string // pairs, then form, then headers, then body
	}{
		{"", "where", "query", `a='x'`, ``, `where=a = 'x' | | |`},
		{"toSOQL", "q", "query", `a='x'`, ``, `q=a = 'x' | | |`},
		{"toSOQL", "converter:toSOQL", "query", `a='x'`, ``, `q=a = 'x' | | |`},
		{"toQueryParameters", "converter:toQueryParameters", "query", `a=1 AND b=2`, ``, `a=1&b=2 | | |`},
		{"toQueryParameters", "converter:toQueryParameters", "form", `a=1 AND b=2`, ``, ` | a=1&b=2 | |`},
		{"toQueryParameters", "converter:toQueryParameters", "bodyField", `a=1 AND b='"'`, `{"k":true}`, ` | | | {"k":true,"a":"1","b":"\""}`},
		{"toFormFields", "converter:toFormFields", "query", `a=1`, ``, ` | a=1 | |`},
		{"toBodyFields", "converter:toBodyFields", "query", `a=1 AND b.c='x'`, ``, ` | | | {"a":1,"b":{"c":"x"}}`},
		{"toHubSpotFilterGroups", "converter:toHubSpotFilterGroups", "query", `a=1`, `{"limit":5}`, ` | | | {"limit":5,"filterGroups":[{"filters":[{"propertyName":"a","operator":"EQ","value":"1"}]}]}`},
		{"toHubSpotFilterGroups", "groups", "bodyField", `a=1`, ``, ` | | | {"groups":[{"filters":[{"propertyName":"a","operator":"EQ","value":"1"}]}]}`},
		{"toSFDCReportFilter", "filters", "query", `a=1`, ``, `filters=[{"column":"a","operator":"equals","value":"1"}] | | |`},
		{"toSFDCReportFilter", "filters", "body", `a=1`, `{"lost":1}`, ` | | | [{"column":"a","operator":"equals","value":"1"}]`},
		{"toStripeSearch", "query", "bodyField", `a='"'`, ``, ` | | | {"query":"a:\"\\\"\""}`},
		{"toStripeSearch", "query", "body", `a=1`, ``, ` | | | a:1`},
		{"toJQL", "X-Filter", "header", `a=1`, ``, ` | | X-Filter: "a" = 1 |`},
		{"toBodyFields", "converter:toBodyFields", "query", `a=1`, `[1]`, `400`},
		{"toQueryParameters", "converter:toQueryParameters", "header", "X-A='a\r\nX-B: c'", ``, `400`},
		{"toSugar", "converter:toSugar", "query", `a=1`, ``, `400`},
	} {
		expr, err := ceql.ParseWhere(c.where)
		if err != nil {
			t.Fatal(err)
		}
		call := &Call{
			Instance: &instance.Instance{Effective: map[string]string{}},
			Resource: &catalog.Resource{Resource: &connector.Resource{}},
			vendor:   vendorRequest{header: http.Header{}},
		}
		if c.body != "" {
			call.vendor.body = []byte(c.body)
		}
		p := &connector.Parameter{Name: "where", Type: "query", VendorName: c.vendorName, VendorType: c.vendorType, Converter: c.converter}
		pairs, err := call.convertWhere(p, expr, c.converter)
		got := pairsSaid(pairs) + " | " + pairsSaid(call.vendor.form) + " | " + headersSaid(call.vendor.header) + " | " + string(call.vendor.body)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
			got = "400"
		}
		if got, want := strings.Join(strings.Fields(got), " "), strings.Join(strings.Fields(c.want), " "); got != want {
			t.Errorf("%s to %s of %s is %s, want %s", c.converter, c.vendorType, c.where, got, want)
		}
	}
}

func pairsSaid(pairs []pair) string {
	texts := make([]string, len(pairs))
	for i, p := range pairs {
		texts[i] = p.name + "=" + p.value
	}
	return strings.Join(texts, "&")
}

func headersSaid(header http.Header) string {
	var texts []string
	for name, all := range header {
		texts = append(texts, name+": "+strings.Join(all, ","))
	}
	return strings.Join(texts, ", ")
}

func TestNamesOfSearchesMayDifferByObject(t *testing.T) {
	t.Parallel()
	for object, want := range map[string]string{
		"tickets": `{"created_at":"created"}`,
		"users":   `{"tickets":{"created_at":"created"},"a":"b"}`,
	} {
		call := &Call{
			Instance: &instance.Instance{Effective: map[string]string{"where.names": `{"tickets":{"created_at":"created"},"a":"b"}`}},
			Resource: &catalog.Resource{Resource: &connector.Resource{}, ObjectName: object},
		}
		if got := call.searchNames(); got != want {
			t.Errorf("%s: %s", object, got)
		}
	}
}
