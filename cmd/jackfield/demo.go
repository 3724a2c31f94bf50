package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/instance"
	"jackfield/internal/server"
	"jackfield/simulator/act365"
)

// What the demo calls its things.
const (
	demoConnector  = "actessentials"
	demoInstance   = "Demo"
	demoAPIKey     = "demo-api-key"
	demoDevKey     = "demo-developer-key"
	demoPassword   = "demo.password" // setting that holds the generated password, sealed
	simulatorGrace = 10 * time.Second
)

type demoCommand struct {
	serverFlags `embed:""`
	JSON        bool   `name:"json" help:"Print everything as one JSON line first."`
	Simulator   string `help:"Address of the simulator." default:"127.0.0.1:8365" placeholder:"HOST:PORT"`
}

// demoFacts is what --json prints.
type demoFacts struct {
	URL                string        `json:"url"`
	Login              demoLogin     `json:"login"`
	UserSecret         string        `json:"userSecret"`
	OrganizationSecret string        `json:"organizationSecret"`
	Instance           demoCreated   `json:"instance"`
	Simulator          demoSimulator `json:"simulator"`
}

type demoLogin struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

type demoCreated struct {
	ID    int64  `json:"id"`
	Token string `json:"token"`
}

type demoSimulator struct {
	URL          string `json:"url"`
	APIKey       string `json:"apiKey"`
	DeveloperKey string `json:"developerKey"`
}

// Run serves the simulator and a server whose connector points at it, makes one instance on the first start and
// prints how to call it.
func (c *demoCommand) Run(ctx context.Context) (err error) {
	simulator, err := c.startSimulator(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, simulator.close()) }()

	options := c.options()
	options.AllowAddresses = append(options.AllowAddresses, simulator.address)
	options.BaseURLs = map[string]string{demoConnector: simulator.url}
	options.Unlimited = true
	options.Notices = []string{"Demo: Act! 365 is simulated at " + simulator.url + ". Its API key is " + demoAPIKey + ", its developer key " + demoDevKey + "."}
	s, err := server.Start(ctx, options)
	if err != nil {
		return err
	}
	facts, err := c.prepare(ctx, s, simulator)
	if err != nil {
		return errors.Join(err, s.Close(ctx))
	}
	if err := facts.print(os.Stdout, c.JSON); err != nil {
		return errors.Join(err, s.Close(ctx))
	}
	return wait(ctx, s)
}

// prepare finds the demo's login and instance, or makes them.
func (c *demoCommand) prepare(ctx context.Context, s *server.Server, simulator *runningSimulator) (*demoFacts, error) {
	password, err := c.password(ctx, s)
	if err != nil {
		return nil, err
	}
	admin, err := s.Access.Administrator(ctx, s.First.Email)
	if err != nil {
		return nil, err
	}
	found, err := demoInstanceOf(ctx, s, admin)
	if err != nil {
		return nil, err
	}
	user, organization, err := s.Access.Secrets(ctx, admin)
	if err != nil {
		return nil, err
	}
	return &demoFacts{
		URL: s.URL(), Login: demoLogin{s.First.Email, password}, UserSecret: user, OrganizationSecret: organization,
		Instance: demoCreated{found.ID, found.Token}, Simulator: demoSimulator{simulator.url, demoAPIKey, demoDevKey},
	}, nil
}

// password keeps the generated password sealed, so that a second start prints the same login.
func (c *demoCommand) password(ctx context.Context, s *server.Server) (string, error) {
	password := s.First.GeneratedPassword
	if password == "" && s.First.Created {
		password = c.AdminPassword
	}
	if password != "" {
		return password, s.DB.SetSetting(ctx, demoPassword, password)
	}
	kept, ok, err := s.DB.Setting(ctx, demoPassword)
	if err == nil && !ok {
		return "(the one you chose)", nil
	}
	return kept, err
}

func demoInstanceOf(ctx context.Context, s *server.Server, admin *access.Principal) (*instance.Instance, error) {
	page, _, err := s.Instances.List(ctx, admin, instance.Query{SearchText: demoInstance})
	if err == nil {
		return page[0], nil
	}
	connector, err := s.Catalog.FindKey(admin.Account.ID, demoConnector)
	if err != nil {
		return nil, err
	}
	request, err := instance.ParseRequest([]byte(`{"name":"` + demoInstance + `","tags":["Demo"],"configuration":{"username":"` + demoAPIKey + `","password":"` + demoDevKey + `"}}`))
	if err != nil {
		return nil, err
	}
	return s.Provision.Create(ctx, admin, connector, request)
}

type runningSimulator struct {
	url     string
	address netip.AddrPort
	server  *http.Server
	handler *act365.Simulator
}

func (c *demoCommand) startSimulator(ctx context.Context) (*runningSimulator, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Simulator)
	if err != nil {
		return nil, fmt.Errorf("the simulator cannot listen on %s: %w (choose another address with --simulator)", c.Simulator, err)
	}
	address, err := netip.ParseAddrPort(listener.Addr().String())
	if err != nil || !address.Addr().IsLoopback() {
		return nil, errors.Join(fmt.Errorf("--simulator=%s: the demo's simulator must be on loopback", c.Simulator), listener.Close())
	}
	handler := act365.New(act365.Options{APIKey: demoAPIKey, DeveloperKey: demoDevKey})
	running := &runningSimulator{
		url: "http://" + address.String() + "/act/api", address: address, handler: handler,
		server: &http.Server{Handler: handler, ReadHeaderTimeout: simulatorGrace},
	}
	go func() { _ = running.server.Serve(listener) }() // ends with close
	return running, nil
}

func (r *runningSimulator) close() error {
	r.handler.Close()
	return r.server.Close()
}

func (f *demoFacts) print(w io.Writer, asJSON bool) error {
	if asJSON {
		line, err := json.Marshal(f)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s\n", line); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, `
Jackfield demo

  Console    %[1]s
  Login      %[2]s  %[3]s
  Simulator  %[7]s  (API key %[8]s, developer key %[9]s)

Authenticate another instance:

  curl -X POST %[1]s/elements/api-v2/instances \
    -H 'Authorization: User %[4]s, Organization %[5]s' -H 'Content-Type: application/json' \
    -d '{"element":{"key":"actessentials"},"configuration":{"username":"%[8]s","password":"%[9]s"},"tags":["Docs"],"name":"API Instance"}'

Call the one that is there (id %[10]d):

  curl -G %[1]s/elements/api-v2/hubs/crm/contacts \
    -H 'Authorization: User %[4]s, Organization %[5]s, Element %[6]s' \
    --data-urlencode "where=lastName='Byron'" -d pageSize=5

Ctrl-C ends it.
`, f.URL, f.Login.Username, f.Login.Password, f.UserSecret, f.OrganizationSecret, f.Instance.Token,
		f.Simulator.URL, f.Simulator.APIKey, f.Simulator.DeveloperKey, f.Instance.ID)
	return err
}
