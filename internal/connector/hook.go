package connector

// Hook is a script that runs before or after a provider call, or on an event
// (reference/elements.md §8).
type Hook struct {
	Wire
	ID          int64  `json:"id"`
	ElementID   int64  `json:"elementId"`
	ResourceID  int64  `json:"resourceId"`
	Type        string `json:"type"` // preRequest, postRequest, event
	MimeType    string `json:"mimeType"`
	Body        string `json:"body"`
	IsLegacy    bool   `json:"isLegacy"` // the script returns its result instead of calling done
	Description string `json:"description"`

	ContextParams string `json:"contextParams"` // comma list of variables, historic

	// BodyFile is the name of the file under hooks/ that the body was read from, "" when the
	// definition did not come from a folder. It names the script in messages; JSON does not carry it.
	BodyFile string `json:"-"`
}

// Values of Hook.Type.
const (
	HookPreRequest  = "preRequest"
	HookPostRequest = "postRequest"
	HookEvent       = "event"
)
