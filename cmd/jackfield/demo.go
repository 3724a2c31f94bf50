package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"

	"jackfield/internal/access"
	"jackfield/internal/connect"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/server"
	"jackfield/simulator/act365"
)

// What the demo calls its things.
const (
	demoConnector = "actessentials"
	demoInstance  = "Demo"
	demoPassword  = "demo.password" // setting that holds the generated password, sealed
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
	simulator, err := act365.Listen(c.Simulator, act365.Options{})
	if err != nil {
		return fmt.Errorf("the simulator does not start: %w (choose another address with --simulator)", err)
	}
	defer func() { err = errors.Join(err, simulator.Close()) }()
	address, err := loopback(simulator.URL())
	if err != nil {
		return err
	}

	options := c.options()
	options.PasswordSetting = demoPassword
	options.AllowAddresses = append(options.AllowAddresses, address)
	options.BaseURLs = map[string]string{demoConnector: simulator.URL()}
	options.Unlimited = true
	if options.Redirects, err = connect.ParseRedirects(c.ConnectRedirects, true); err != nil { // applications under test are on this machine
		return err
	}
	options.Notices = []string{fmt.Sprintf("Demo: Act! 365 is simulated at %s, which takes the place of the connector's own address. Its API key is %s, its developer key %s.",
		simulator.URL(), act365.DefaultAPIKey, act365.DefaultDeveloperKey)}
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
func (c *demoCommand) prepare(ctx context.Context, s *server.Server, simulator *act365.Server) (*demoFacts, error) {
	password, kept, err := s.DB.Setting(ctx, demoPassword)
	if err != nil {
		return nil, err
	}
	if !kept {
		password = "(the one that was chosen on the first start)"
	}
	admin, err := s.Access.FirstAdministrator(ctx)
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
		URL: s.URL(), Login: demoLogin{admin.User.Email, password}, UserSecret: user, OrganizationSecret: organization,
		Instance:  demoCreated{found.ID, found.Token},
		Simulator: demoSimulator{simulator.URL(), act365.DefaultAPIKey, act365.DefaultDeveloperKey},
	}, nil
}

func demoInstanceOf(ctx context.Context, s *server.Server, admin *access.Principal) (*instance.Instance, error) {
	page, _, err := s.Instances.List(ctx, admin, instance.Query{SearchText: demoInstance})
	if err == nil {
		return page[0], nil
	}
	if !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	connector, err := s.Catalog.FindKey(ctx, admin.Account.ID, demoConnector)
	if err != nil {
		return nil, err
	}
	request, err := instance.ParseRequest([]byte(`{"name":"` + demoInstance + `","tags":["Demo"],"configuration":{"username":"` + act365.DefaultAPIKey + `","password":"` + act365.DefaultDeveloperKey + `"}}`))
	if err != nil {
		return nil, err
	}
	return s.Provision.Create(ctx, admin, connector, request)
}

// loopback is the address of the simulator, the one private address that the demo's server may reach.
func loopback(address string) (netip.AddrPort, error) {
	u, err := url.Parse(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	found, err := netip.ParseAddrPort(u.Host)
	if err != nil || !found.Addr().IsLoopback() {
		return found, fmt.Errorf("--simulator: the demo's simulator must be on loopback, not on %s", u.Host)
	}
	return found, nil
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
