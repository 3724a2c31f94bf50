package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"jackfield/internal/fault"
)

// ProviderOwner says whose an identity provider is: an account's (Organization and Account), an organization's, or a customer's.
// Every statement takes it whole, so that a row of another owner is not there.
type ProviderOwner struct {
	Organization, Account, Customer int64 // 0 = none
}

// ProviderKind is the protocol of an identity provider.
type ProviderKind string

const (
	SAMLProvider ProviderKind = "saml"
	OIDCProvider ProviderKind = "oidc"
)

// IdentityProvider is where users of an account, an organization or a customer log in instead of here.
type IdentityProvider struct {
	ID           int64
	Owner        ProviderOwner
	Kind         ProviderKind
	Identity     string // what two providers of one owner may not share
	Default      bool   // at most one per owner
	Settings     ProviderSettings
	ClientSecret string // of OpenID Connect; in clear here, sealed at rest; "" = a public client
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// ProviderSettings is what an administrator writes about a provider, in the members of the wire
// (reference/accounts-and-access.md §9; from Issuer on our own additions).
type ProviderSettings struct {
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`

	EntityID              string `json:"entityId,omitempty"`
	SSOURL                string `json:"ssoUrl,omitempty"`
	SigningCert           string `json:"signingCert,omitempty"` // base64 of DER, on one line
	LogonProtocolBinding  string `json:"logonProtocolBinding,omitempty"`
	LogoutURL             string `json:"logoutUrl,omitempty"`
	LogoutProtocolBinding string `json:"logoutProtocolBinding,omitempty"`
	LogoutRedirectURL     string `json:"logoutRedirectUrl,omitempty"`
	LogoutResponseURL     string `json:"logoutResponseUrl,omitempty"`
	IDFormat              string `json:"idFormat,omitempty"`
	SignatureAlgorithm    string `json:"signatureAlgorithm,omitempty"`

	Issuer      string `json:"issuer,omitempty"`
	ClientID    string `json:"clientId,omitempty"`
	Scopes      string `json:"scopes,omitempty"`      // apart by blanks
	GroupsClaim string `json:"groupsClaim,omitempty"` // also the SAML attribute

	EmailDomains        []string          `json:"emailDomains,omitempty"` // lower case; empty = every address
	DefaultAccountID    int64             `json:"defaultAccountId,omitempty"`
	RoleMapping         map[string]string `json:"roleMapping,omitempty"` // group → role key
	JustInTime          bool              `json:"justInTime"`
	AllowUnsolicited    bool              `json:"allowIdpInitiated"`    // SAML answers that nobody asked for
	SkipVerifiedAddress bool              `json:"trustUnverifiedEmail"` // OpenID Connect: an address without email_verified counts
	Reach               string            `json:"reach,omitempty"`      // highest role that it lets in: that of whoever wrote it last
}

func noIdentityProvider(id int64) error {
	return fault.New(fault.NotFound, "No identity provider found with id %d", id)
}

const identityProviderColumns = `id, COALESCE(organization_id, 0), COALESCE(account_id, 0), COALESCE(customer_id, 0), kind, identity, is_default, settings,
	secret_sealed, created_at, updated_at FROM identity_providers `

// ofOwner is the condition that a row is the owner's, which $1 to $3 name.
const ofOwner = "COALESCE(organization_id, 0) = $1 AND COALESCE(account_id, 0) = $2 AND COALESCE(customer_id, 0) = $3"

// CreateIdentityProvider stores a new provider and sets its id and times. A Conflict fault says that the owner has one with
// this identity. At most as many as most are kept per owner.
func (d *DB) CreateIdentityProvider(ctx context.Context, p *IdentityProvider, most int) error {
	settings, err := providerSettings(p)
	if err != nil {
		return err
	}
	return d.InTx(ctx, func(tx *DB) error {
		if err := tx.Lock(ctx, "identity providers"); err != nil {
			return err
		}
		var n int
		o := p.Owner
		if err := tx.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM identity_providers WHERE "+ofOwner, o.Organization, o.Account, o.Customer).Scan(&n); err != nil {
			return failure("count identity providers", err)
		}
		if n >= most {
			return fault.New(fault.Conflict, "There are %d identity providers: that is the limit, delete one", most)
		}
		p.CreatedAt = now()
		p.UpdatedAt = p.CreatedAt
		err := tx.write.QueryRowContext(ctx,
			`INSERT INTO identity_providers (organization_id, account_id, customer_id, kind, identity, is_default, settings, created_at, updated_at)
			 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
			orNull(o.Organization), orNull(o.Account), orNull(o.Customer), string(p.Kind), p.Identity, p.Default, settings, millis(p.CreatedAt), millis(p.UpdatedAt)).Scan(&p.ID)
		if isDuplicate(err) {
			return providerTaken(p)
		}
		if err != nil {
			return failure("create identity provider", err)
		}
		return tx.completeIdentityProvider(ctx, p)
	})
}

// UpdateIdentityProvider replaces what a provider of p.Owner has, but its kind and creation. Conflict as with a new one.
func (d *DB) UpdateIdentityProvider(ctx context.Context, p *IdentityProvider) error {
	settings, err := providerSettings(p)
	if err != nil {
		return err
	}
	return d.InTx(ctx, func(tx *DB) error {
		p.UpdatedAt = now()
		o := p.Owner
		result, err := tx.write.ExecContext(ctx,
			"UPDATE identity_providers SET identity = $4, is_default = $5, settings = $6, secret_sealed = NULL, updated_at = $7 WHERE "+ofOwner+" AND id = $8",
			o.Organization, o.Account, o.Customer, p.Identity, p.Default, settings, millis(p.UpdatedAt), p.ID)
		if isDuplicate(err) {
			return providerTaken(p)
		}
		if err := someRow(result, err, "change identity provider", noIdentityProvider(p.ID)); err != nil {
			return err
		}
		if _, err := tx.write.ExecContext(ctx, "DELETE FROM identity_provider_domains WHERE provider_id = $1", p.ID); err != nil {
			return failure("change identity provider", err)
		}
		return tx.completeIdentityProvider(ctx, p)
	})
}

// completeIdentityProvider writes what hangs on a provider's row: the sealed secret, the domains, and that no other is the default.
func (d *DB) completeIdentityProvider(ctx context.Context, p *IdentityProvider) error {
	if p.ClientSecret != "" {
		sealed, err := d.seal(p.ClientSecret, "identity_providers", p.ID, "secret", p.Owner.Account)
		if err != nil {
			return err
		}
		o := p.Owner
		if _, err := d.write.ExecContext(ctx, "UPDATE identity_providers SET secret_sealed = $4 WHERE "+ofOwner+" AND id = $5",
			o.Organization, o.Account, o.Customer, sealed, p.ID); err != nil {
			return failure("seal client secret", err)
		}
	}
	for _, domain := range p.Settings.EmailDomains {
		if _, err := d.write.ExecContext(ctx, "INSERT INTO identity_provider_domains (provider_id, domain) VALUES ($1, $2)", p.ID, domain); err != nil {
			return failure("keep domains", err)
		}
	}
	if p.Default {
		o := p.Owner
		if _, err := d.write.ExecContext(ctx, "UPDATE identity_providers SET is_default = $4 WHERE "+ofOwner+" AND id <> $5",
			o.Organization, o.Account, o.Customer, false, p.ID); err != nil {
			return failure("change identity provider", err)
		}
	}
	d.changed("identity-provider", p.ID, p.Owner.Account)
	return nil
}

// DeleteIdentityProvider removes a provider of the owner.
func (d *DB) DeleteIdentityProvider(ctx context.Context, owner ProviderOwner, id int64) error {
	return d.InTx(ctx, func(tx *DB) error {
		result, err := tx.write.ExecContext(ctx, "DELETE FROM identity_providers WHERE "+ofOwner+" AND id = $4", owner.Organization, owner.Account, owner.Customer, id)
		if err := someRow(result, err, "delete identity provider", noIdentityProvider(id)); err != nil {
			return err
		}
		tx.changed("identity-provider", id, owner.Account)
		return nil
	})
}

// IdentityProviders lists the owner's providers by id.
func (d *DB) IdentityProviders(ctx context.Context, owner ProviderOwner) ([]IdentityProvider, error) {
	return d.identityProviders(ctx, "WHERE "+ofOwner+" ORDER BY id", owner.Organization, owner.Account, owner.Customer)
}

// IdentityProvider finds a provider of the owner.
func (d *DB) IdentityProvider(ctx context.Context, owner ProviderOwner, id int64) (*IdentityProvider, error) {
	found, err := d.identityProviders(ctx, "WHERE "+ofOwner+" AND id = $4", owner.Organization, owner.Account, owner.Customer, id)
	return oneProvider(found, err, id)
}

// AnyIdentityProvider finds a provider of whatever owner: for a login, which names the provider before anybody is known.
func (d *DB) AnyIdentityProvider(ctx context.Context, id int64) (*IdentityProvider, error) {
	found, err := d.identityProviders(ctx, "WHERE id = $1", id)
	return oneProvider(found, err, id)
}

// IdentityProvidersFor lists providers that answer for a domain of e-mail addresses, at most as many as most.
func (d *DB) IdentityProvidersFor(ctx context.Context, domain string, most int) ([]IdentityProvider, error) {
	return d.identityProviders(ctx, "WHERE id IN (SELECT provider_id FROM identity_provider_domains WHERE domain = $1) ORDER BY id LIMIT $2", domain, most)
}

// IdentityProvidersOfOnlyTenant lists the providers of the only organization of an installation; none where there are several, so
// that nobody learns of tenants.
func (d *DB) IdentityProvidersOfOnlyTenant(ctx context.Context, most int) ([]IdentityProvider, error) {
	return d.identityProviders(ctx, `WHERE organization_id IS NOT NULL
		 AND (SELECT COUNT(*) FROM organizations WHERE system = $1) = 1 ORDER BY is_default DESC, id LIMIT $2`, false, most)
}

func oneProvider(found []IdentityProvider, err error, id int64) (*IdentityProvider, error) {
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, noIdentityProvider(id)
	}
	return &found[0], nil
}

func (d *DB) identityProviders(ctx context.Context, where string, args ...any) ([]IdentityProvider, error) {
	rows, err := d.read.QueryContext(ctx, "SELECT "+identityProviderColumns+where, args...)
	if err != nil {
		return nil, failure("read identity providers", err)
	}
	defer rows.Close()
	var found []IdentityProvider
	for rows.Next() {
		p, err := d.scanIdentityProvider(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, *p)
	}
	return found, failure("read identity providers", rows.Err())
}

func (d *DB) scanIdentityProvider(rows *sql.Rows) (*IdentityProvider, error) {
	var p IdentityProvider
	var kind, settings string
	var sealed []byte
	var created, updated int64
	err := rows.Scan(&p.ID, &p.Owner.Organization, &p.Owner.Account, &p.Owner.Customer, &kind, &p.Identity, &p.Default, &settings, &sealed, &created, &updated)
	if err == nil {
		err = json.Unmarshal([]byte(settings), &p.Settings)
	}
	if err != nil {
		return nil, failure("read identity providers", err)
	}
	p.Kind, p.CreatedAt, p.UpdatedAt = ProviderKind(kind), fromMillis(created), fromMillis(updated)
	if len(sealed) > 0 {
		p.ClientSecret, err = d.open(sealed, "identity_providers", p.ID, "secret", p.Owner.Account)
	}
	return &p, err
}

func providerTaken(p *IdentityProvider) error {
	return fault.New(fault.Conflict, "There is an identity provider for %s already: change that one", p.Identity)
}

func providerSettings(p *IdentityProvider) (string, error) {
	text, err := json.Marshal(p.Settings)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "identity provider")
	}
	return string(text), wantStorable("identity provider", string(text), p.ClientSecret, p.Identity)
}

// AccountOfCustomer finds the organization of an active account among those of a customer. Any other account is a NotFound fault.
func (d *DB) AccountOfCustomer(ctx context.Context, customerID, accountID int64) (organizationID int64, err error) {
	err = d.read.QueryRowContext(ctx,
		`SELECT o.id FROM accounts a JOIN organizations o ON o.id = a.organization_id
		 WHERE a.id = $1 AND a.active = $2 AND o.active = $2 AND o.customer_id = $3`, accountID, true, customerID).Scan(&organizationID)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.New(fault.NotFound, "No account found with id %d", accountID)
	}
	return organizationID, failure("read account", err)
}
