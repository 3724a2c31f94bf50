package store

import "time"

// SystemAccount owns the shipped catalogue. It and SystemUser are made on first start and cannot log in.
const (
	SystemAccount int64 = 1
	SystemUser    int64 = 1
)

// Customer owns organizations: mostly one, an operator of several has more.
type Customer struct {
	ID        int64
	Name      string
	Active    bool
	CreatedAt time.Time
}

// Organization is a tenant: it holds the organization secret.
type Organization struct {
	ID         int64
	CustomerID int64 // 0 for the system's
	Name       string
	ExternalID string
	Secret     string // 32 hex digits in clear here, sealed and hashed at rest
	System     bool
	Active     bool
	CreatedAt  time.Time
	Details    OrganizationDetails
}

// OrganizationDetails are facts that are only shown (reference/accounts-and-access.md §5).
type OrganizationDetails struct {
	Environment string `json:"environment,omitempty"` // "production" or "test"
	Status      string `json:"status,omitempty"`      // "paid" or "trial"
	Street1     string `json:"street1,omitempty"`
	City        string `json:"city,omitempty"`
	State       string `json:"state,omitempty"`
	PostalCode  string `json:"postalCode,omitempty"`
	Country     string `json:"country,omitempty"`
}

// Account belongs to an organization and owns users, instances and private connectors.
type Account struct {
	ID             int64
	OrganizationID int64
	Name           string
	Description    string
	ExternalID     string
	Default        bool // the organization's default account (type "Default"), else "CompanyAccount"
	Active         bool
	CreatedAt      time.Time
	Settings       map[string]string
}

// Profile is where a user can be reached (reference/accounts-and-access.md §3).
type Profile struct {
	City          string `json:"city,omitempty"`
	Country       string `json:"country,omitempty"`
	Phone         string `json:"phone,omitempty"`
	PostalCode    string `json:"postalCode,omitempty"`
	StateProvince string `json:"stateProvince,omitempty"`
	Street1       string `json:"street1,omitempty"`
	Street2       string `json:"street2,omitempty"`
}

// User belongs to exactly one account. Email is unique in the installation.
type User struct {
	ID           int64
	AccountID    int64
	Email        string
	FirstName    string
	LastName     string
	PasswordHash string // argon2id in PHC text form; empty: cannot log in
	Secret       string // 44 characters of base64 in clear here, sealed and hashed at rest
	Roles        []string
	Active       bool
	CreatedAt    time.Time
	LastLoginAt  time.Time // zero when the user never logged in
	ExternalID   string
	Profile      Profile
}

// Role is a role as an organization has made it: a built-in one with other privileges, or one of its own.
type Role struct {
	ID          int64 // below FirstOwnRole: that of the built-in role
	Key         string
	Name        string
	Description string
	Active      bool
	Privileges  []string // keys
	Includes    []string // keys of roles whose privileges it has besides
	CreatedAt   time.Time
}

// FirstOwnRole is the lowest id of roles that organizations make.
const FirstOwnRole = 1000

// Identity is a user with the account and organization around it.
type Identity struct {
	User         User
	Account      Account
	Organization Organization
	AccountRoles []string // that every user of the account has
	OwnRoles     []Role   // what the organization made of the roles
}

// SessionKind tells what a bearer token is for.
type SessionKind string

const (
	SessionAPI     SessionKind = "api"     // from POST /authentication
	SessionConsole SessionKind = "console" // the console's cookie
)

// Session is a login. Token is known in clear only to the client; the row holds its keyed hash.
type Session struct {
	ID        int64
	UserID    int64
	Kind      SessionKind
	Token     string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Instance is one customer's authenticated connection, as stored.
type Instance struct {
	ID                     int64
	AccountID              int64
	UserID                 int64
	ConnectorID            int64
	ConnectorKey           string
	Name                   string
	Token                  string // 44 characters of base64 in clear here, sealed and hashed at rest
	Tags                   []string
	Valid                  bool
	InvalidReason          string // why not Valid, in words for the owner; "" while it is
	Disabled               bool
	AuthenticationType     string
	ExternalAuthentication string // "none" or "initial"
	CreatedAt              time.Time
	UpdatedAt              time.Time
	TraceUntil             time.Time            // calls are traced until then; zero: they are not. SetInstanceTrace alone changes it
	Configuration          []ConfigurationValue // ordered by id
	ConnectLinkID          int64                // of a new one: the connect link that is used up by storing it; 0 = none
}

// ConfigurationValue is one configuration row of an instance. A row without a value (Set false) stands
// for the connector's default.
type ConfigurationValue struct {
	ID     int64 // consecutive over all instances; clients address rows by it
	Key    string
	Value  string // in clear here; sealed at rest when Secret
	Set    bool
	Secret bool
}

// InstanceFilter narrows a list of instances. Zero fields do not filter; set ones combine with AND.
type InstanceFilter struct {
	SubAccounts bool     // those of all accounts of the account's organization
	UserID      int64    // only instances created by this user
	ConnectorID int64    // only instances of this connector
	Tags        []string // the instance has all of them
	SearchText  string   // case-insensitive substring of the name
	AfterID     int64    // keyset page: ids greater than this one
	Limit       int      // 0 = no limit
}

// UsageRecord is one served API call.
type UsageRecord struct {
	ID                     int64
	RequestID              string // 24 hex digits, also the traffic id
	At                     time.Time
	Duration               time.Duration
	Status                 int // HTTP status answered
	Method                 string
	URI                    string // path and query as answered to GET /usage, secrets scrubbed
	API                    string // "GET /hubs/crm/contacts"
	IP                     string
	OrganizationID         int64
	OrganizationExternalID string
	OrganizationName       string
	AccountID              int64
	UserID                 int64
	InstanceID             int64 // 0 for platform calls
	InstanceName           string
	ConnectorKey           string
	ConnectorName          string
	Hub                    string
	Tags                   []string
}

// Change tells other rooms and other servers which cached thing is stale.
type Change struct {
	Noun      string // "user", "organization", "account", "session", "instance", "connector"
	ID        int64
	AccountID int64 // 0 when the noun is not tenant data
}
