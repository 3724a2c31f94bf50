package apidoc

import "testing"

func TestOperationIDsFollowTheOriginalsRule(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"GET", "/contacts", "getContacts"},
		{"GET", "/contacts/{id}", "getContactById"},
		{"POST", "/contacts", "createContact"},
		{"POST", "/contacts/{id}/emails", "createContactEmail"},
		{"PATCH", "/contacts/{id}", "updateContactById"},
		{"PUT", "/contacts/{id}", "replaceContactById"},
		{"DELETE", "/contacts/{id}", "deleteContactById"},
		{"GET", "/contacts/{id}/notes/{noteId}", "getContactsNoteByNoteId"},
		{"PUT", "/bulk/{id}/cancel", "replaceBulkCancel"},
		{"GET", "/objects/{objectName}/metadata", "getObjectsObjectNameMetadata"},
		{"GET", "/bulk/{id}/{objectName}", "getBulkByObjectName"},
		{"POST", "/bulk/{objectName}", "createBulkByObjectName"},
		{"POST", "/interaction-series", "createInteractionSery"},
		{"POST", "/addresses", "createAddresse"},
		{"GET", "/credit-memos", "getCreditMemos"},
		{"GET", "/event_import.v2", "getEvent_import.v2"},
		{"GET", "/{objectName}", "getByObjectName"},
		{"GET", "/", "get"},
		{"GET", "/with blank/$x", "getWithBlankX"},
	} {
		if got := operationID(c[0], c[1]); got != c[2] {
			t.Errorf("%s %s is %s, wanted %s", c[0], c[1], got, c[2])
		}
	}
}

func TestDocumentPathsAreWellFormed(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/a/{id}": "/a/{id}", "a": "/a", "": "/", "//a//b/": "/a/b", "/a?x=1": "/a", "/a#b": "/a",
		"/{a}/{a}": "/{a}/{a2}", "/{": "/%7B", "/{}": "/%7B%7D", "/{{a}}": "/%7B{a}%7D", "/x-{id}.csv": "/x-{id}.csv",
	} {
		if got := documentPath(path); got != want {
			t.Errorf("%q becomes %q, wanted %q", path, got, want)
		}
	}
}
