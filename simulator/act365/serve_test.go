package act365

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestServePrintsWhatIsNeededAndEndsCleanly(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, ":0", Options{Contacts: 30}, writer) }()
	facts := map[string]string{}
	var body []byte
	lines := bufio.NewScanner(reader)
	for body == nil && lines.Scan() {
		line := lines.Text()
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "  "); ok {
			facts[name] = strings.TrimSpace(value)
		}
		if strings.HasPrefix(line, "{") {
			body = []byte(line)
		}
	}
	if facts["API key"] != DefaultAPIKey || facts["developer key"] != DefaultDeveloperKey || !strings.HasPrefix(facts["base URL"], "http://127.0.0.1:") {
		t.Errorf("printed are %v", facts)
	}
	var instance struct {
		Element       struct{ Key string }
		Configuration map[string]string
	}
	if err := json.Unmarshal(body, &instance); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	c := instance.Configuration
	if instance.Element.Key != "actessentials" || c["base.url"] != facts["base URL"] {
		t.Errorf("%s", body)
	}
	r, _ := http.NewRequest("GET", c["base.url"]+"/Contacts?$top=1", nil)
	r.SetBasicAuth(c["username"], c["password"])
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil || answer.StatusCode != 200 {
		t.Fatalf("%v %v", answer, err)
	}
	_ = answer.Body.Close()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	if _, err := client.Do(r); err == nil {
		t.Error("it still answers")
	}
}

func TestServeSaysWhyItCannotStart(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for says, c := range map[string]struct {
		addr string
		o    Options
	}{
		"cannot listen": {taken.Addr().String(), Options{Contacts: 1}},
		"not host:port": {"nonsense", Options{Contacts: 1}},
		"errors is":     {"127.0.0.1:0", Options{Errors: "xml"}},
	} {
		if err := Serve(context.Background(), c.addr, c.o, io.Discard); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

func TestTheAddressOfTheOptionsIsUsedWhenNoOtherIsGiven(t *testing.T) {
	t.Parallel()
	s, err := Listen("", Options{Addr: "127.0.0.1:0", Contacts: 1, BasePath: "/v1"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(s.URL(), "http://127.0.0.1:") || !strings.HasSuffix(s.URL(), "/v1") {
		t.Errorf("the base URL is %s", s.URL())
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
