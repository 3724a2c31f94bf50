package wire_test

import (
	"strings"
	"testing"
	"time"

	"jackfield/internal/server"
	"jackfield/internal/store/storetest"
)

// await asks until the answer satisfies ok: what one server wrote reaches the others by notification.
func await(t *testing.T, what string, ask func() *answer, ok func(*answer) bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		a := ask()
		if ok(a) {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("%s did not happen: %d %s", what, a.status, short(a.body))
		case <-tick.C:
		}
	}
}

func TestAConnectorThatOneServerChangesChangesOnTheOther(t *testing.T) {
	t.Parallel()
	address := storetest.PostgresURL(t)
	data := t.TempDir() // the key
	same := func(o *server.Options) { o.Database, o.Data = address, data }
	one := build(t, same)
	two := build(t, same)

	one.element(`{"name":"Shared state","description":"first","authentication":{"type":"custom"},
		"resources":[{"method":"GET","path":"/things","hooks":[{"type":"preRequest","body":"done({continue:false, response_body:{from:'first'}})"}]}]}`)
	await(t, "the connector appears", func() *answer { return two.send("GET", "/elements/sharedstate", "") }, func(a *answer) bool { return a.status == 200 })
	i := two.create(`{"name":"x","element":{"key":"sharedstate"}}`)
	two.do(request{path: "/hubs/general/things", token: i.Token}).want(200, "first")

	// The other server compiled the old definition and caches the instance: the change reaches both.
	one.send("PUT", "/elements/sharedstate", `{"name":"Shared state","description":"second","authentication":{"type":"custom"},
		"resources":[{"method":"GET","path":"/things","hooks":[{"type":"preRequest","body":"done({continue:false, response_body:{from:'second'}})"}]}]}`).want(200)
	await(t, "the change arrives", func() *answer { return two.do(request{path: "/hubs/general/things", token: i.Token}) },
		func(a *answer) bool { return strings.Contains(string(a.body), "second") })

	one.send("POST", "/elements/actessentials/resources", `{"method":"GET","path":"/extra","hooks":[{"type":"preRequest","body":"done({continue:false, response_body:{extra:true}})"}]}`).want(200)
	act := two.act("act")
	await(t, "the extension arrives", func() *answer { return two.do(request{path: "/hubs/crm/extra", token: act.Token}) },
		func(a *answer) bool { return strings.Contains(string(a.body), `"extra":true`) })
}
