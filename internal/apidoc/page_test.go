package apidoc_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"jackfield/internal/apidoc"
)

const paged = `
id: 5
key: sample
name: Sample
description: "Things | of a sample."
hub: crm
authentication: {type: basic}
protocolType: http
bulkDownloadEnabled: true
configuration:
  - {key: username, name: User, description: Who, type: TEXTFIELD_32, required: true, displayOrder: 2}
  - {key: password, name: Password, description: What, type: PASSWORD, required: true, displayOrder: 1}
  - {key: base.url, name: Base, description: Where, type: TEXTFIELD_1000, defaultValue: "https://sample.example", hideFromConsole: true}
  - {key: oauth.api.key, name: Client, description: App, type: TEXTFIELD_1000, defaultValue: planted-key, hideFromConsole: true}
  - {key: oauth.token.url, name: Token URL, description: Tokens, type: TEXTFIELD_1000, defaultValue: "https://sample.example/token", hideFromConsole: true}
  - {key: oauth.user.token, name: Token, description: Secret, type: PASSWORD, internal: true}
  - {key: event.poller.configuration, name: Poller, description: What, type: TEXTAREA, hideFromConsole: true, defaultValue: '{"things":{"url":"/hubs/crm/things?where=a>=1","datesConfiguration":{"updatedDateField":"changed","createdDateField":"made"}}}'}
parameters: [{name: application/json, type: value, vendorName: Accept, vendorType: header}]
resources:
  - path: /hubs/crm/things
    method: GET
    vendorPath: /items
    description: Find things
    parameters:
      - {name: where, type: query, vendorName: "converter:toODataFilter", vendorType: query, converter: toODataFilter, description: CEQL expression}
      - {name: owner, type: where, vendorName: owner, vendorType: query, description: Who has it}
      - {name: page, type: query, vendorName: p, vendorType: query, description: Number of the page}
      - {name: secretConstant, type: value, vendorName: s, vendorType: query}
    model: {name: thingsList}
  - path: /hubs/crm/things/{id}
    method: PATCH
    vendorPath: /items/{id}
    vendorMethod: PUT
    description: Change a thing
    parameters:
      - {name: id, type: path, vendorName: id, vendorType: path, required: true}
      - {name: thing, type: body, vendorName: thing, vendorType: body, required: true, description: What changes}
  - {path: /hubs/crm/try, method: GET, vendorPath: /me, type: provisionAuthValidation, description: Try it}
  - {path: /hubs/crm/hidden, method: GET, vendorPath: /hidden, type: apiNoDocumentation, description: Unseen}
`

const pagedModels = `
thing:
  id: thing
  x-primary-key: [id]
  properties:
    name: {type: string}
    id: {type: integer, format: int64}
    when: {type: string, format: date-time}
    parts: {type: array, items: {$ref: part}}
part: {id: part, properties: {n: {type: thing}}}
thingsList: {id: thingsList, type: array, items: {$ref: thing}}
`

func TestAPageSaysWhatADefinitionHolds(t *testing.T) {
	t.Parallel()
	pages, err := apidoc.Pages(fstest.MapFS{
		"sample/definition.yaml": {Data: []byte(paged)},
		"sample/models.yaml":     {Data: []byte(pagedModels)},
		"sample/README.md":       {Data: []byte("# Sample (`sample`)\n\nIntroduction.\n\n## Limits\n\n```\n## not a heading\n```\n")},
		"stray.txt":              {Data: []byte("x")},
	})
	if err != nil {
		t.Fatal(err)
	}
	text := pages["sample.md"]
	for _, want := range []string{
		apidoc.PagesMade + "\n\n# Sample (`sample`)\n\nThings | of a sample.\n",
		"| address | `https://sample.example` |", "| bulk | download |",
		"    \"password\": \"…\",\n    \"username\": \"…\"\n",
		"| `username` | yes |  | Who |",
		"| `base.url` |  | `https://sample.example` | Where |",
		"| `GET /things` | Find things | `where`, `page` | `GET /items` |",
		"| `PATCH /things/{id}` | Change a thing | a body | `PUT /items/{id}` |",
		"| `oauth.token.url` |  | `https://sample.example/token` | Tokens |",
		"| `owner` | where | Who has it |",
		"- `provisionAuthValidation`: Try it (`",
		"| `GET /things` | `owner` | `toODataFilter`: an OData 4 expression |",
		"Lists with `page` take its number as well.",
		"| things | `/hubs/crm/things?where=a>=1` | `changed` | `made` |",
		"**thing**: `id` (integer, key), `name` (string), `parts` (list of part), `when` (date-time)",
		"## Notes\n\nIntroduction.\n\n### Limits\n\n```\n## not a heading\n```\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
	for _, unwanted := range []string{"planted-key", "secretConstant", "Unseen", "oauth.user.token"} {
		if strings.Contains(text, unwanted) {
			t.Errorf("the page has %q", unwanted)
		}
	}
	if want := "| [Sample](sample.md) | `sample` | crm | basic | things |"; !strings.Contains(pages["README.md"], want) || len(pages) != 2 {
		t.Errorf("the index lacks %q: %s", want, pages["README.md"])
	}
}

func TestAFolderThatIsNoConnectorIsNamed(t *testing.T) {
	t.Parallel()
	_, err := apidoc.Pages(fstest.MapFS{"bad/definition.yaml": {Data: []byte("{")}})
	if err == nil || !strings.Contains(err.Error(), "bad: ") {
		t.Errorf("got %v", err)
	}
}
