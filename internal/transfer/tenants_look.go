package transfer

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"jackfield/internal/access"
	"jackfield/internal/catalog"
	"jackfield/internal/fault"
	"jackfield/internal/instance"
	"jackfield/internal/store"
)

// claim is something that only one line may have, hashed: a file has many secrets, which need not all be in memory.
type claim [16]byte

// claimed notes that a line has something that is unique, and says when another line has it too.
func (p *plan) claimed(l *importLine, what, value string) bool {
	if value == "" {
		return false
	}
	sum := sha256.Sum256([]byte(what + "\x00" + value))
	key := claim(sum[:16])
	if before := p.claims[key]; before != 0 {
		l.problem("the %s is that of line %d", what, before)
		return true
	}
	p.claims[key] = l.number
	return false
}

// keepID notes that an id cannot be kept.
func (p *plan) keepID(ctx context.Context, l *importLine, table string, wanted int64) error {
	if wanted == 0 {
		return nil
	}
	taken, err := p.DB.HasID(ctx, table, wanted)
	if taken {
		p.note(l.number, "the id %d is taken here: the %s gets another", wanted, l.kind)
	}
	return err
}

func missing(err error) bool { return fault.Is(err, fault.NotFound) }

// readCustomer reads the members of a customer.
func readCustomer(l *importLine, p *plan) (ref string, c *store.Customer) {
	ref = l.ref("ref")
	return ref, &store.Customer{ID: l.wanted(ref), Name: l.required("name"), Active: l.flag("active", true), CreatedAt: l.created(p.now)}
}

func (p *plan) customer(ctx context.Context, l *importLine) error {
	ref, c := readCustomer(l, p)
	p.claimed(l, "ref of the customer", ref)
	p.claimed(l, "name of the customer", c.Name)
	id, err := p.DB.CustomerNamed(ctx, c.Name)
	if err != nil {
		return err
	}
	p.customers[ref] = &customerRef{id: id}
	p.settle(l, id != 0)
	if id == 0 {
		err = p.keepID(ctx, l, store.AdoptedCustomers, c.ID)
	}
	return err
}

// readOrganization reads the members of an organization.
func readOrganization(l *importLine, p *plan) (ref, customer string, o *store.Organization) {
	ref, customer = l.ref("ref"), l.ref("customer")
	o = &store.Organization{
		ID: l.wanted(ref), Name: l.required("name"), ExternalID: l.text("externalId"), Secret: l.secret("secret"), Active: l.flag("active", true),
		CreatedAt: l.created(p.now),
		Details: store.OrganizationDetails{
			Environment: l.text("environment"), Status: l.text("status"), Street1: l.text("street1"), City: l.text("city"),
			State: l.text("state"), PostalCode: l.text("postalCode"), Country: l.text("country"),
		},
	}
	return ref, customer, o
}

func (p *plan) organization(ctx context.Context, l *importLine) error {
	ref, customer, o := readOrganization(l, p)
	if ref == "" {
		l.problem("ref is required: accounts name their organization by it")
	}
	if o.Secret == "" && o.ExternalID == "" {
		l.problem("secret or externalId is required: the organization is known again by it")
	}
	p.claimed(l, "ref of the organization", ref)
	p.claimed(l, "secret of the organization", o.Secret)
	p.claimed(l, "external id of the organization", o.ExternalID)
	owner := &customerRef{id: p.operator}
	if customer != "" {
		if owner = p.customers[customer]; owner == nil {
			l.problem("there is no customer %s above", customer)
		}
	}
	found, err := p.findOrganization(ctx, l, o)
	if err != nil {
		return err
	}
	here := &organizationRef{line: l.number, customer: owner, roles: map[string]bool{}}
	p.organizations[ref] = here
	p.settle(l, found != nil)
	if found == nil {
		return p.keepID(ctx, l, store.AdoptedOrganizations, o.ID)
	}
	here.id = found.ID
	own, err := p.DB.OwnRoles(ctx, found.ID)
	for _, role := range own {
		here.roles[role.Key] = true
	}
	return err
}

// findOrganization is the one that is there already, or nil.
func (p *plan) findOrganization(ctx context.Context, l *importLine, o *store.Organization) (*store.Organization, error) {
	var bySecret, byExternalID *store.Organization
	var err error
	if o.Secret != "" {
		if bySecret, err = p.DB.OrganizationWithSecret(ctx, o.Secret); err != nil && !missing(err) {
			return nil, err
		} else if err != nil {
			bySecret = nil
		}
	}
	if o.ExternalID != "" {
		if byExternalID, err = p.DB.OrganizationByExternalID(ctx, o.ExternalID); err != nil && !missing(err) {
			return nil, err
		} else if err != nil {
			byExternalID = nil
		}
	}
	switch {
	case bySecret != nil && bySecret.System, byExternalID != nil && byExternalID.System:
		l.problem("the organization is the one of the system itself")
	case bySecret != nil && o.ExternalID != "" && bySecret.ExternalID != o.ExternalID:
		l.problem("the secret is that of the organization %d, whose external id is another", bySecret.ID)
	case bySecret != nil:
		return bySecret, nil
	case byExternalID != nil && o.Secret != "":
		l.problem("the external id %s is that of the organization %d, whose secret is another", o.ExternalID, byExternalID.ID)
	case byExternalID != nil:
		return byExternalID, nil
	}
	return nil, nil
}

// readAccount reads the members of an account.
func readAccount(l *importLine, p *plan) (ref, organization string, a *store.Account, roles []string) {
	ref, organization = l.ref("ref"), l.ref("organization")
	a = &store.Account{
		ID: l.wanted(ref), ExternalID: l.text("externalId"), Name: l.text("name"), Description: l.text("description"),
		Default: l.flag("default", false), Active: l.flag("active", true), CreatedAt: l.created(p.now),
	}
	if a.ExternalID == "" && a.Default {
		a.ExternalID = "default"
	}
	if a.Name == "" {
		a.Name = a.ExternalID
	}
	if a.Description == "" {
		a.Description = a.Name
	}
	return ref, organization, a, l.roles()
}

func (p *plan) account(ctx context.Context, l *importLine) error {
	ref, organization, a, roles := readAccount(l, p)
	if ref == "" {
		l.problem("ref is required: users name their account by it")
	}
	if a.ExternalID == "" {
		l.problem("externalId is required, except of a default account")
	}
	if a.Default && !a.Active {
		l.problem("the default account of an organization cannot be inactive")
	}
	p.claimed(l, "ref of the account", ref)
	owner := p.organizations[organization]
	if owner == nil {
		l.problem("there is no organization %q above", organization)
		return nil
	}
	p.claimed(l, "external id of the account", organization+"\x00"+a.ExternalID)
	if a.Default {
		p.claimed(l, "place of the default account", organization)
		owner.hasDefault = true
	}
	p.checkRoles(l, owner, roles)
	here := &accountRef{organization: owner, isDefault: a.Default}
	p.accounts[ref] = here
	if owner.id != 0 {
		found, err := p.findAccount(ctx, l, owner, a)
		if err != nil {
			return err
		}
		if found != nil {
			here.id, here.sees = found.ID, found.ID
		}
	}
	p.settle(l, here.id != 0)
	if here.id == 0 {
		return p.keepID(ctx, l, store.AdoptedAccounts, a.ID)
	}
	return nil
}

func (p *plan) findAccount(ctx context.Context, l *importLine, owner *organizationRef, a *store.Account) (*store.Account, error) {
	found, err := p.DB.AccountByExternalID(ctx, owner.id, a.ExternalID)
	if err != nil && !missing(err) {
		return nil, err
	}
	if err == nil {
		if found.Default != a.Default {
			l.problem("the account %s is there already, and whether it is the default account differs", a.ExternalID)
		}
		return found, nil
	}
	if !a.Default {
		return nil, nil
	}
	if found, err = p.DB.DefaultAccount(ctx, owner.id); missing(err) {
		return nil, nil
	} else if err == nil {
		l.problem("the organization has a default account already, with the external id %s", found.ExternalID)
	}
	return nil, err
}

func (p *plan) checkRoles(l *importLine, owner *organizationRef, keys []string) {
	for _, key := range keys {
		if !p.roles[key] && !owner.roles[key] {
			l.problem("there is no role %q", key)
		}
	}
}

// readUser reads the members of a user.
func readUser(l *importLine, p *plan) (ref, account, password string, u *store.User) {
	ref, account = l.ref("ref"), l.ref("account")
	l.into("password", "a text", &password)
	u = &store.User{
		ID: l.wanted(ref), FirstName: l.required("firstName"), LastName: l.required("lastName"), ExternalID: l.text("externalId"),
		Secret: l.secret("secret"), Active: l.flag("active", true), CreatedAt: l.created(p.now), Roles: l.roles(),
		Profile: store.Profile{
			City: l.text("city"), Country: l.text("country"), Phone: l.text("phone"), PostalCode: l.text("postalCode"),
			StateProvince: l.text("stateProvince"), Street1: l.text("street1"), Street2: l.text("street2"),
		},
	}
	l.into("email", "a text", &u.Email)
	u.Email = strings.TrimSpace(u.Email)
	return ref, account, password, u
}

func (p *plan) user(ctx context.Context, l *importLine) error {
	ref, account, password, u := readUser(l, p)
	if ref == "" {
		l.problem("ref is required: instances name their owner by it")
	}
	if err := access.CheckEmail(u.Email); err != nil {
		l.problem("%s", fault.As(err).Message)
	}
	p.claimed(l, "ref of the user", ref)
	p.claimed(l, "secret of the user", u.Secret)
	p.claimed(l, "email of the user", strings.ToLower(u.Email))
	owner := p.accounts[account]
	if owner == nil {
		l.problem("there is no account %q above", account)
		return nil
	}
	p.checkRoles(l, owner.organization, u.Roles)
	if password != "" {
		if err := p.checkPassword(ctx, owner.organization.id, password, u); err != nil {
			l.problem("%s", fault.As(err).Message)
		}
	}
	here := &userRef{account: owner}
	p.users[ref] = here
	if len(l.problems) > 0 {
		return nil
	}
	found, err := p.DB.IdentityByEmail(ctx, u.Email)
	switch {
	case err == nil && (owner.id == 0 || found.Account.ID != owner.id):
		l.problem("the email %s is that of a user of another account", u.Email)
	case err == nil && u.Secret != "" && found.User.Secret != u.Secret:
		l.problem("the email %s is that of the user %d, whose secret is another", u.Email, found.User.ID)
	case err == nil:
		here.id = found.User.ID
	case !missing(err):
		return err
	case u.Secret != "":
		if other, err := p.DB.IdentityBySecret(ctx, u.Secret); err == nil {
			l.problem("the secret is that of the user %d", other.User.ID)
		} else if !missing(err) {
			return err
		}
	}
	p.settle(l, here.id != 0)
	if here.id == 0 {
		return p.keepID(ctx, l, store.AdoptedUsers, u.ID)
	}
	return nil
}

func (p *plan) checkPassword(ctx context.Context, organizationID int64, password string, u *store.User) error {
	policy := access.DefaultPolicy()
	if organizationID != 0 {
		var err error
		if policy, err = p.Access.Policy(ctx, organizationID); err != nil {
			return err
		}
	}
	return policy.Check(password, access.Person{FirstName: u.FirstName, LastName: u.LastName, Email: u.Email})
}

// readInstance reads the members of an instance. What the wire knows of one is read as it reads it.
func (p *plan) readInstance(ctx context.Context, l *importLine, line []byte) (*instance.Adopted, *userRef, error) {
	id, token, owner := l.id("id"), l.secret("token"), p.users[l.ref("user")]
	if id == 0 {
		l.problem("id is required: clients have kept it")
	}
	if token == "" {
		l.problem("token is required: clients have kept it")
	}
	if owner == nil {
		l.problem("there is no user %q above", l.ref("user"))
	}
	if account := l.ref("account"); account != "" && owner != nil && p.accounts[account] != owner.account {
		l.problem("the account %s is not that of the user: an instance is in the account of its user", account)
	}
	var key string
	request, err := instance.ParseRequest(line)
	if err != nil {
		l.problem("%s", fault.As(err).Message)
	} else if key = request.Connector.Key; key == "" {
		l.into("connector", "the key of a connector", &key)
	}
	disabled, created := l.flag("disabled", false), l.created(p.now)
	valid := l.flag("valid", true)
	if key == "" {
		l.problem("connector is required: the key of a connector")
	}
	if len(l.problems) > 0 {
		return nil, nil, nil
	}
	c, err := p.connector(ctx, owner.account.sees, key)
	if missing(err) {
		l.problem("there is no connector %q here", key)
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	made, err := instance.Adopt(c.Definition, request)
	if err != nil {
		l.problem("%s", fault.As(err).Message)
		return nil, nil, nil
	}
	row := made.Row
	row.ID, row.Token, row.Disabled, row.CreatedAt, row.UpdatedAt = id, token, disabled, created, created
	if !valid && row.Valid {
		row.Valid, row.InvalidReason = false, "It was not valid when it was moved in: authenticate again"
	}
	return made, owner, nil
}

// connector finds a connector as an account sees it. An account that is not made yet sees what everybody does.
func (p *plan) connector(ctx context.Context, account int64, key string) (*catalog.Connector, error) {
	at := connectorOf{account, key}
	if found := p.connectors[at]; found != nil {
		return found, nil
	}
	found, err := p.Catalog.FindKey(ctx, account, key)
	if err == nil {
		p.connectors[at] = found
	}
	return found, err
}

// metInstance is an instance whose id and token are not looked for yet.
type metInstance struct {
	line    *importLine
	id      int64
	token   string
	account int64 // 0 = not made yet
	key     string
}

// Members of an instance that need not be named when they are left out: those of a wire answer.
var wireMembers = []string{
	"name", "tags", "configuration", "element", "externalAuthentication", "elementId", "createdBy", "updatedDate", "cachingEnabled", "eventsEnabled",
	"traceLoggingEnabled", "providerData", "oauthProxy", "maxCacheSize", "cacheTimeToLive", "invalidReason",
}

func (p *plan) instance(ctx context.Context, l *importLine, line []byte) error {
	made, owner, err := p.readInstance(ctx, l, line)
	l.ref("ref")
	unknown := slices.DeleteFunc(l.unknown(), func(name string) bool { return slices.Contains(wireMembers, name) })
	if len(unknown) > 0 {
		p.note(l.number, "members that are not known are left out: %v", unknown)
	}
	if err != nil || made == nil {
		return err
	}
	i := made.Row
	if p.claimed(l, "id of the instance", fmt.Sprint(i.ID)) || p.claimed(l, "token of the instance", i.Token) {
		return nil
	}
	if len(made.Missing) > 0 {
		p.note(l.number, "configuration lacks %s: the instance is not valid until it is authenticated again", strings.Join(made.Missing, ", "))
	}
	if len(made.Unknown) > 0 {
		p.note(l.number, "the connector %s has no %s: kept as it is", i.ConnectorKey, strings.Join(made.Unknown, ", "))
	}
	p.met = append(p.met, &metInstance{l, i.ID, i.Token, owner.account.id, i.ConnectorKey})
	return nil
}

// lookForInstances finds out which of the instances that were read are there already.
func (p *plan) lookForInstances(ctx context.Context) error {
	ids, tokens := make([]int64, len(p.met)), make([]string, len(p.met))
	for n, m := range p.met {
		ids[n], tokens[n] = m.id, m.token
	}
	there, err := p.DB.InstancesMet(ctx, ids, tokens)
	if err != nil {
		return err
	}
	byID := make(map[int64]store.InstanceKey, len(there))
	for _, k := range there {
		byID[k.ID] = k
	}
	for _, m := range p.met {
		k, found := byID[m.id]
		switch {
		case found && !p.DB.HasToken(k, m.token):
			p.conflict(m.line.number, "the id %d is that of another instance here", m.id)
			continue
		case found && k.AccountID != m.account:
			p.conflict(m.line.number, "the instance %d is there already, in another account", m.id)
			continue
		case found && k.ConnectorKey != m.key:
			p.conflict(m.line.number, "the instance %d is there already, of the connector %s", m.id, k.ConnectorKey)
			continue
		case !found && len(there) > 0:
			other := slices.IndexFunc(there, func(k store.InstanceKey) bool { return p.DB.HasToken(k, m.token) })
			if other >= 0 {
				p.conflict(m.line.number, "the token is that of the instance %d", there[other].ID)
				continue
			}
		}
		p.settle(m.line, found)
	}
	p.met = p.met[:0]
	return nil
}
