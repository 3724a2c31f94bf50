package main

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/catalog"
	"jackfield/internal/connector"
	"jackfield/internal/server"
	"jackfield/internal/store"
)

// The large installation.
const (
	manyConnectors = 250
	manyResources  = 100
	manyInstances  = 10_000

	firstUse = 6 * time.Second // enough for a call of each instance
)

// crowdDefinition is connector number n of the large installation, as JSON: a hundred resources of five parameters.
func crowdDefinition(n int, upstream string) []byte {
	var text bytes.Buffer
	fmt.Fprintf(&text, `{"key":"crowd%03d","name":"Crowd %d","description":"One of many","hub":"crm","active":true,
"authentication":{"type":"basic"},
"configuration":[{"key":"base.url","name":"URL","description":"","type":"TEXTFIELD_1000","defaultValue":%q},
 {"key":"username","name":"User","description":"","type":"TEXTFIELD_32","required":true},
 {"key":"password","name":"Password","description":"","type":"PASSWORD","required":true}],
"parameters":[],"hooks":[],"objects":[],"models":[],
"resources":[
 {"path":"/hubs/crm/records/{id}","method":"GET","vendorPath":"/records/{id}","vendorMethod":"GET","type":"api","hooks":[],"parameters":[
  {"name":"id","vendorName":"id","type":"path","vendorType":"path","required":true}]}`, n, n, upstream)
	for i := range manyResources - 1 {
		text.WriteString(",\n " + crowdResource(i))
	}
	text.WriteString("]}\n")
	return text.Bytes()
}

func crowdResource(i int) string {
	var text strings.Builder
	fmt.Fprintf(&text, `{"path":"/hubs/crm/things%d","method":"GET","vendorPath":"/v2/things%d","vendorMethod":"GET","type":"api","kind":"eb","description":"Find things of kind %d","rootKey":"","nextPageKey":"","hooks":[],"response":{"contentType":"application/json"},"parameters":[`, i, i, i)
	for j, name := range []string{"orderBy", "page", "pageSize", "where", "fields"} {
		if j > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"name":"%s","type":"query","vendorName":"%s","vendorType":"query","dataType":"string","vendorDataType":"string","source":"request","required":false,"description":"What %s does"}`, name, name, name)
	}
	text.WriteString("]}")
	return text.String()
}

// crowd makes the other connectors of the large installation and gives the measured one its hundred resources.
func crowd(measured *connector.Definition, upstream string) ([]*connector.Definition, error) {
	all := []*connector.Definition{measured}
	for n := 1; n < manyConnectors; n++ {
		def, err := connector.ParseJSON(crowdDefinition(n, upstream))
		if err != nil {
			return nil, err
		}
		def.ID = int64(10_000 + n)
		all = append(all, def)
	}
	measured.Resources = append(measured.Resources, all[1].Resources[1:manyResources-len(measured.Resources)+1]...)
	return all, nil
}

// crowdToken is the token of instance number i of the large installation.
func crowdToken(i int) string {
	sum := sha512.Sum512(fmt.Append(nil, "bench instance ", i))
	return base64.StdEncoding.EncodeToString(sum[:33])
}

// populate makes the instances of the large installation, spread over its connectors, in one transaction.
func populate(ctx context.Context, s *server.Server, like int64) error {
	admin, err := s.Access.FirstAdministrator(ctx)
	if err != nil {
		return err
	}
	made, err := s.Instances.Find(ctx, admin, like)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *store.DB) error {
		scope := tx.For(admin.Account.ID)
		for i := 1; i < manyInstances; i++ {
			row := made.Instance
			row.ID, row.Name, row.Token = 0, fmt.Sprintf("bench %d", i), crowdToken(i)
			if n := i % manyConnectors; n > 0 {
				row.ConnectorID, row.ConnectorKey = int64(10_000+n), fmt.Sprintf("crowd%03d", n)
			}
			row.Configuration = slices.Clone(row.Configuration)
			if err := scope.CreateInstance(ctx, &row); err != nil {
				return err
			}
		}
		return nil
	})
}

// reportCatalogue starts a process that loads a folder of 250 connectors, for each form.
func reportCatalogue(ctx context.Context) error {
	for _, form := range []string{"json", "yaml"} {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		command := exec.CommandContext(ctx, self, "-role", "catalogue-"+form)
		command.Stdout, command.Stderr = os.Stdout, os.Stderr
		if err := command.Run(); err != nil {
			return err
		}
	}
	fmt.Println()
	return nil
}

// loadCatalogue prints how long a folder of connectors takes to be read, checked and in force, and what memory stays.
func loadCatalogue(form string) error {
	dir, err := os.MkdirTemp("", "jackfield-catalogue-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	size, err := writeCatalogue(dir, form)
	if err != nil {
		return err
	}
	var times, work []time.Duration
	var heap uint64
	for range 7 {
		before := liveHeap()
		c := catalog.New(catalog.Options{})
		var broken []catalog.Broken
		begin, worked := time.Now(), processorTime()
		stop, err := c.Follow(dir, time.Hour, func(_ int, b []catalog.Broken) { broken = b })
		if err != nil {
			return err
		}
		times, work = append(times, time.Since(begin)), append(work, processorTime()-worked)
		stop()
		if _, found := c.System("crowd001"); !found || len(broken) > 0 {
			return fmt.Errorf("the catalogue is not whole: %v", broken)
		}
		heap = liveHeap() - before
		runtime.KeepAlive(c)
	}
	slices.Sort(times)
	slices.Sort(work)
	fmt.Printf("%d connectors × %d resources from %s (%.0f MB): median %d ms, fastest %d ms; %d ms of processor time; live heap %.1f MB\n",
		manyConnectors, manyResources, strings.ToUpper(form), float64(size)/1e6,
		times[len(times)/2].Milliseconds(), times[0].Milliseconds(), work[len(work)/2].Milliseconds(), float64(heap)/1e6)
	return nil
}

// processorTime is what this process has used of all processors, to a hundredth of a second. Other work on the machine
// changes it less than the time on the clock. It is only known on Linux.
func processorTime() time.Duration {
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	_, after, _ := bytes.Cut(text, []byte(") "))
	fields := strings.Fields(string(after))
	user, errUser := strconv.Atoi(fields[11])
	system, errSystem := strconv.Atoi(fields[12])
	if errUser != nil || errSystem != nil {
		return 0
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

func writeCatalogue(dir, form string) (size int, err error) {
	for n := range manyConnectors {
		text := crowdDefinition(n, "https://provider.example")
		if form == "yaml" {
			def, err := connector.ParseJSON(text)
			if err != nil {
				return 0, err
			}
			files, err := def.Files()
			if err != nil {
				return 0, err
			}
			text = files["definition.yaml"]
		}
		size += len(text)
		folder := filepath.Join(dir, fmt.Sprintf("crowd%03d", n))
		if err := os.Mkdir(folder, 0o700); err != nil {
			return 0, err
		}
		if err := os.WriteFile(filepath.Join(folder, "definition."+form), text, 0o600); err != nil {
			return 0, err
		}
	}
	return size, nil
}

func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first has freed is swept
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// reportAllocations runs the benchmark of the stages between the caller and the provider.
func reportAllocations(ctx context.Context) error {
	fmt.Println("find the connector, resolve, bind, map; connectors x resources")
	command := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "ResolveBindMap", "-count", "3", "./internal/gateway")
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return fmt.Errorf("benchmark of the stages: %w", err)
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "Benchmark") {
			fmt.Print(line)
		}
	}
	fmt.Println()
	return nil
}

// measureGrowth is growth alone.
func measureGrowth(ctx context.Context, p plan) error {
	upstream, err := start(ctx, "upstream", "")
	if err != nil {
		return err
	}
	defer upstream.stop()
	small, err := start(ctx, "jackfield", upstream.url)
	if err != nil {
		return err
	}
	defer small.stop()
	return growth(ctx, p, upstream, small)
}

// growth measures calls in the large installation beside the same calls with one connector and one instance.
func growth(ctx context.Context, p plan, upstream, small *process) error {
	large, err := start(ctx, "crowded", upstream.url)
	if err != nil {
		return err
	}
	defer large.stop()
	caller, _, _ := strings.Cut(large.rest, ", Element ")
	turns := []string{large.rest}
	for i := 1; i < manyInstances; i++ {
		turns = append(turns, caller+", Element "+crowdToken(i))
	}
	p.rounds, p.length = 4*p.rounds, p.length/4 // the difference is small: more and shorter turns
	name := fmt.Sprintf("%d × %d, %d instances", manyConnectors, manyResources, manyInstances)
	for _, what := range []struct{ name, path string }{{"one record", "/records/1"}, {"page of 200 records", "/records?pageSize=200"}} {
		targets := []target{
			{name: "one of each", address: small.address(), path: base + what.path, header: small.rest},
			{name: name, address: large.address(), path: base + what.path, header: large.rest},
		}
		if what.path == "/records/1" {
			each := target{name: "… each of them in turn", address: large.address(), path: base + what.path, headers: turns}
			if _, err := load(ctx, each, p.connections, firstUse); err != nil { // reads the instances and compiles the connectors
				return err
			}
			targets = append(targets, each)
		}
		if err := alternate(ctx, p, what.name, targets); err != nil {
			return err
		}
	}
	if err := reportAllocations(ctx); err != nil {
		return err
	}
	return reportCatalogue(ctx)
}
