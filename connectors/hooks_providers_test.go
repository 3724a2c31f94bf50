package connectors_test

import "testing"

func TestTheHooksOfSearchesAskTheRightPlace(t *testing.T) {
	t.Parallel()
	const searched = `"request_expression":[{"attribute":"a","operator":"=","value":"x"}]`
	for name, c := range map[string]struct{ hook, variables, want string }{
		"Zendesk lists without a condition": {
			"zendesk/hooks/search", `{"request_expression":null,"request_vendor_path":"/users.json","request_vendor_parameters":{"query":"role:end-user"}}`,
			`{"request_vendor_parameters":{"query":null}}`,
		},
		"Zendesk searches users": {
			"zendesk/hooks/search", `{` + searched + `,"request_vendor_path":"/users.json","request_vendor_parameters":{"query":"role:end-user a:x"}}`,
			`{"request_vendor_path":"/search/export.json","request_root_key":"results","request_vendor_parameters":{"filter[type]":"user","role":null,"role[]":null,"sort":null}}`,
		},
		"Zendesk searches organizations": {
			"zendesk/hooks/search", `{` + searched + `,"request_vendor_path":"/organizations.json","request_vendor_parameters":{"query":"a:x"}}`,
			`{"request_vendor_path":"/search/export.json","request_root_key":"results","request_vendor_parameters":{"filter[type]":"organization","role":null,"role[]":null,"sort":null}}`,
		},
		"Freshdesk lists with a parameter": {"freshdesk/hooks/search", `{"request_vendor_path":"/tickets","request_vendor_parameters":{"email":"x","per_page":"5"}}`, `{}`},
		"Freshdesk searches": {
			"freshdesk/hooks/search", `{"request_vendor_path":"/tickets","request_vendor_parameters":{"query":"\"a:1\"","per_page":"5","page":"2"}}`,
			`{"request_vendor_path":"/search/tickets","request_root_key":"results","request_vendor_parameters":{"per_page":null,"order_by":null,"order_type":null}}`,
		},
		"a search of Freshdesk ends at page 10": {
			"freshdesk/hooks/search-page", `{"request_vendor_path":"/search/tickets","request_vendor_parameters":{"page":"10"},"response_body":{"total":900}}`, `{}`,
		},
		"a refused search of Freshdesk has no next page": {
			"freshdesk/hooks/search-page", `{"request_vendor_path":"/search/tickets","request_vendor_parameters":{},"response_iserror":true}`, `{}`,
		},
		"Stripe lists by e-mail": {
			"stripe/hooks/search", `{"request_vendor_path":"/customers","request_vendor_parameters":{"query":"email:\"x\""},"request_expression":[{"attribute":"email","operator":"=","value":"x"}]}`,
			`{"request_vendor_parameters":{"email":"x","query":null}}`,
		},
		"Stripe searches for what is asked twice": {
			"stripe/hooks/search", `{"request_vendor_path":"/customers","request_vendor_parameters":{"query":"q","starting_after":"c"},"request_expression":[{"attribute":"email","operator":"=","value":"x"},{"attribute":"email","operator":"=","value":"y"}]}`,
			`{"request_vendor_path":"/customers/search","request_vendor_parameters":{"starting_after":null,"page":"c"}}`,
		},
		"Dropbox goes on with a search": {
			"dropbox/hooks/folder", `{"request_vendor_path":"/files/search_v2","request_vendor_body_map":{"query":"x","cursor":"c"}}`,
			`{"request_vendor_path":"/files/search/continue_v2","request_vendor_body":{"cursor":"c"}}`,
		},
		"an empty body asks Dropbox for nothing else": {"dropbox/hooks/folder", `{"request_vendor_path":"/files/list_folder","request_vendor_body_map":null}`, `{}`},
		"an entry without a kind is a file when it has a size": {
			"dropbox/hooks/entry", `{"response_body":{"id":"id:1","name":"n","path_display":"/n","size":0}}`,
			`{"response_body":{"id":"id:1","name":"n","path":"/n","size":0,"directory":false,"properties":{}}}`,
		},
		"another conflict of Dropbox stays one": {"dropbox/hooks/entry", `{"response_iserror":true,"response_status_code":409,"response_body":{"error_summary":"path/conflict/file/.."}}`, `{}`},
	} {
		got, err := runHook(t, c.hook+".js", c.variables)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestJiraFindsTheSiteThatATokenIsGoodFor(t *testing.T) {
	t.Parallel()
	const oauth, basic = `"configuration":{"authentication.type":"oauth2","subdomain":"acme"}`, `"configuration":{"authentication.type":"basic"}`
	const sites = `"response_body":[{"id":"1","url":"https://other.atlassian.net"},{"id":"2","url":"https://acme.atlassian.net"}]`
	for name, c := range map[string]struct{ hook, variables, want string }{
		"a key needs no site":       {"site", `{` + basic + `}`, `{"continue":false,"response_body":[]}`},
		"a token does":              {"site", `{` + oauth + `}`, `{}`},
		"a key has its address":     {"site-answer", `{` + basic + `,"response_body":[]}`, `{}`},
		"the site of a subdomain":   {"site-answer", `{` + oauth + `,` + sites + `}`, `{"configuration":{"base.url":"https://api.atlassian.com/ex/jira/2/rest/api/2"}}`},
		"the only site":             {"site-answer", `{` + oauth + `,"response_body":[{"id":"7","url":"https://b.atlassian.net"}]}`, `{"configuration":{"base.url":"https://api.atlassian.com/ex/jira/7/rest/api/2"}}`},
		"no site":                   {"site-answer", `{` + oauth + `,"response_body":[]}`, `{"response_error_message":"The user has agreed to no Jira site: authenticate again and choose one"}`},
		"a refusal of Jira's stays": {"site-answer", `{` + oauth + `,"response_iserror":true,"response_body":{"code":401}}`, `{}`},
	} {
		got, err := runHook(t, "jira/hooks/"+c.hook+".js", c.variables)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
