package clients_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"jackfield/connectors"
)

// cectl is the command line of the original written in Go. It cannot be had from a package registry, so its calls of
// elements, hubs and instances are made here with the types that its library decodes: a number that comes as text, or
// null where a list is walked over, is an error of it (reference/clients.md §§2 rule 10, 4).

// ceElement is a connector as ce-go decodes it, and sends it: whatever else there is, is lost.
type ceElement struct {
	ID             int64  `json:"id"`
	Name           string `json:"name"`
	Key            string `json:"key"`
	Description    string `json:"description"`
	Image          string `json:"image"`
	Active         bool   `json:"active"`
	Deleted        bool   `json:"deleted"`
	TypeOauth      bool   `json:"typeOauth"`
	TrialAccount   bool   `json:"trialAccount"`
	Private        bool   `json:"private"`
	Extended       bool   `json:"extended"`
	Hub            string `json:"hub"`
	Authentication struct {
		Type string `json:"type"`
	} `json:"authentication"`
	Configuration []ceEntry    `json:"configuration"`
	Resources     []ceResource `json:"resources"`
	UserID        int64        `json:"userId"`
	CreatedDate   time.Time    `json:"createdDate"` // zero when it is sent
}

type ceEntry struct {
	ID           int64  `json:"id"`
	Name         string `json:"name"`
	Key          string `json:"key"`
	Description  string `json:"description"`
	DefaultValue string `json:"defaultValue"`
	Active       bool   `json:"active"`
	Internal     bool   `json:"internal"`
	DisplayOrder int    `json:"displayOrder"`
	Type         string `json:"type"`
	Required     bool   `json:"required"`
}

type ceResource struct {
	ID           int64  `json:"id"`
	Path         string `json:"path"`
	VendorPath   string `json:"vendorPath"`
	Method       string `json:"method"`
	VendorMethod string `json:"vendorMethod"`
	Type         string `json:"type"`
	Description  string `json:"description"`
	Parameters   []struct {
		ID         int64  `json:"id"`
		Name       string `json:"name"`
		VendorName string `json:"vendorName"`
		Type       string `json:"type"`
		VendorType string `json:"vendorType"`
		Source     string `json:"source"`
		Required   bool   `json:"required"`
	} `json:"parameters"`
	Response struct {
		ContentType string `json:"contentType"`
	} `json:"response"`
}

// ceInstance is an instance as ce-go decodes it, and sends it back whole.
type ceInstance struct {
	ID            int64             `json:"id"`
	Name          string            `json:"name"`
	CreatedDate   time.Time         `json:"createdDate"`
	Token         string            `json:"token"`
	ElementID     int64             `json:"elementId"`
	Element       ceElement         `json:"element"`
	Tags          []string          `json:"tags"`
	Valid         bool              `json:"valid"`
	Disabled      bool              `json:"disabled"`
	Configuration map[string]string `json:"configuration"`
	EventsEnabled bool              `json:"eventsEnabled"`
	TraceLogging  bool              `json:"traceLoggingEnabled"`
}

type ceHub struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	Key         string `json:"key"`
	Description string `json:"description"`
	Active      bool   `json:"active"`
	VideoLink   string `json:"videoLink"`
}

func TestCallsOfCectlForElements(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.post(own(t))

	// elements list: the whole catalogue in one answer; a key becomes an id.
	var elements []ceElement
	h.get("/elements").into(&elements)
	at := slices.IndexFunc(elements, func(e ceElement) bool { return e.Key == "lanterndesk" })
	shipped, err := fs.ReadDir(connectors.FS(), ".")
	if err != nil {
		t.Fatal(err)
	}
	if at < 0 || len(elements) != len(own(t))+len(shipped) {
		t.Fatalf("%d elements, lanterndesk at %d", len(elements), at)
	}
	path := fmt.Sprintf("/elements/%d", elements[at].ID)

	// elements export | import: the connector read, written as far as ce-go knows it, with zero dates and old ids.
	var one ceElement
	h.get(path).into(&one)
	one.Key, one.Name, one.CreatedDate = "lanterncopy", "Lantern copy", time.Time{}
	body, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), `"createdDate":"0001-01-01T00:00:00Z"`) {
		t.Fatalf("the client would send a zero date: %s", short(body))
	}
	var imported ceElement
	h.do(http.MethodPost, "/elements", string(body), "").want(http.StatusOK).into(&imported)
	if imported.ID == one.ID || imported.ID == 0 || imported.Key != "lanterncopy" || len(imported.Resources) != len(one.Resources) {
		t.Errorf("imported as %d %s with %d of %d resources", imported.ID, imported.Key, len(imported.Resources), len(one.Resources))
	}
	h.do(http.MethodPost, "/elements", `{"id":0,"userId":0,"createdDate":"0001-01-01T00:00:00Z","name":"Zero","description":"d","authentication":{"type":"custom"},"configuration":null,"resources":null}`, "").
		want(http.StatusOK)

	// elements metadata
	var metadata []struct{ ID, Key, Name json.RawMessage }
	h.get("/elements/metadata?expand=true").into(&metadata)
	if len(metadata) < len(elements) {
		t.Errorf("metadata of %d elements, want %d", len(metadata), len(elements))
	}
	var single map[string]json.RawMessage
	h.get(path + "/metadata").into(&single)

	// elements validate
	var verdict map[string]json.RawMessage
	h.get(path + "/validate").into(&verdict)
	if string(verdict["valid"]) != "true" {
		t.Errorf("validate answers %v", verdict)
	}

	// elements instances: none is 404, which cectl prints as the message.
	var failure struct{ RequestID, Message string }
	h.do(http.MethodGet, "/elements/shelf/instances", "", "").want(http.StatusNotFound).into(&failure)
	if failure.RequestID == "" || failure.Message != "No instances found" {
		t.Errorf("no instances: %+v", failure)
	}
	made := h.shelf()
	var instances []ceInstance
	h.get("/elements/shelf/instances").into(&instances)
	if len(instances) != 1 || fmt.Sprint(instances[0].ID) != made.ID.String() || instances[0].Element.Key != "shelf" {
		t.Errorf("instances of shelf: %+v", instances)
	}

	// hubs list
	var hubs []ceHub
	h.get("/hubs").into(&hubs)
	for _, want := range []string{"crm", "helpdesk", "erp", "general"} {
		if !slices.ContainsFunc(hubs, func(h ceHub) bool { return h.Key == want && h.Name != "" }) {
			t.Errorf("hub %s is not in %+v", want, hubs)
		}
	}
}

func TestCallsOfCectlForInstances(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.post(own(t))
	made := h.shelf()
	path := "/instances/" + made.ID.String()
	withToken := h.authorization + ", Element " + made.Token

	// instances list | details
	var all []ceInstance
	h.get("/instances").into(&all)
	var one ceInstance
	h.get(path).into(&one)
	if len(all) != 1 || all[0].ID != one.ID || one.Name != "Shelf of tests" || one.Token != made.Token || one.CreatedDate.IsZero() || one.Configuration["base.url"] != "https://shelf.example.org" {
		t.Errorf("listed %+v, read %+v", all, one)
	}

	// instances disable | enable
	for _, step := range []struct {
		method string
		want   bool
	}{{http.MethodDelete, true}, {http.MethodPut, false}} {
		h.do(step.method, "/instances/enabled", "", withToken).want(http.StatusOK)
		if h.get(path).into(&one); one.Disabled != step.want {
			t.Errorf("after %s the instance has disabled %v", step.method, one.Disabled)
		}
	}

	// instances test
	var ping map[string]json.RawMessage
	h.do(http.MethodGet, "/hubs/general/ping", "", withToken).want(http.StatusOK).into(&ping)

	// instances events-enable: the instance as it was read, with one value more.
	h.get(path).into(&one)
	one.EventsEnabled = true
	one.Configuration["event.notification.enabled"] = "true"
	body, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	h.do(http.MethodPut, fmt.Sprintf("/elements/%d%s?reAuthenticate=false", one.ElementID, path), string(body), "").want(http.StatusOK)
	h.get(path).into(&one)
	if one.Configuration["event.notification.enabled"] != "true" {
		t.Errorf("after enabling events the configuration is %v", one.Configuration)
	}

	// instances trace
	one.TraceLogging = true
	if body, err = json.Marshal(one); err != nil {
		t.Fatal(err)
	}
	h.do(http.MethodPost, path, string(body), "").want(http.StatusOK)
	if h.get(path).into(&one); !one.TraceLogging {
		t.Error("the instance does not say that it is traced")
	}

	// instances delete
	h.do(http.MethodDelete, path, "", "").want(http.StatusOK)
	h.do(http.MethodDelete, path, "", "").want(http.StatusNotFound)
}

func TestConnectorsOfTheCatalogueAreHiddenAndShown(t *testing.T) {
	t.Parallel()
	h := build(t)
	listed := func() bool {
		var all []ceElement
		h.get("/elements").into(&all)
		return slices.ContainsFunc(all, func(e ceElement) bool { return e.Key == systemKey })
	}
	for _, step := range []struct {
		method string
		want   bool
	}{{http.MethodPut, false}, {http.MethodPut, false}, {http.MethodDelete, true}, {http.MethodDelete, true}} {
		h.do(step.method, "/customers/elements/blacklist", `["`+systemKey+`"]`, "").want(http.StatusOK)
		if got := listed(); got != step.want {
			t.Errorf("after %s the connector is listed: %v", step.method, got)
		}
	}
}
