package access

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Ranges of a policy (reference/accounts-and-access.md §7). The upper ends that the reference leaves open keep a policy satisfiable and its
// check cheap.
const (
	leastMinLength      = 8
	mostMinLength       = 256 // characters: no more than MaxPasswordLength bytes at four each
	mostOfAClass        = 10
	mostPrevious        = 9
	mostExpirationDays  = 36_500 // a hundred years
	mostSymbolCharacter = 256    // characters of the set
)

// policyNumbers are the numbers of a policy as the wire names them, in the order in which they are checked.
var policyNumbers = []struct {
	name        string
	least, most int
	of          func(*Policy) *int
}{
	{"minLength", leastMinLength, mostMinLength, func(p *Policy) *int { return &p.MinLength }},
	{"minUppercase", 0, mostOfAClass, func(p *Policy) *int { return &p.MinUppercase }},
	{"minLowercase", 0, mostOfAClass, func(p *Policy) *int { return &p.MinLowercase }},
	{"minNumbers", 0, mostOfAClass, func(p *Policy) *int { return &p.MinNumbers }},
	{"minSymbols", 0, mostOfAClass, func(p *Policy) *int { return &p.MinSymbols }},
	{"previousPasswordCount", 0, mostPrevious, func(p *Policy) *int { return &p.PreviousPasswordCount }},
	{"expirationDays", 0, mostExpirationDays, func(p *Policy) *int { return &p.ExpirationDays }},
}

// ParsePolicy reads a whole policy: a field that is left out has its default, createdDt and updatedDt are ours, others are not looked at.
// A field out of its range is an Invalid fault that names it.
func ParsePolicy(body []byte) (Policy, error) {
	p := DefaultPolicy()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return p, fault.New(fault.Invalid, `The body must be a password policy, such as {"minLength": 12, "expirationDays": 0}`)
	}
	for _, number := range policyNumbers {
		raw, given := fields[number.name]
		if !given {
			continue
		}
		n, err := strconv.Atoi(string(raw))
		if err != nil || n < number.least || n > number.most {
			return p, fault.New(fault.Invalid, "%s must be a whole number from %d to %d, not %s", number.name, number.least, number.most, briefly(raw))
		}
		*number.of(&p) = n
	}
	if raw, given := fields["symbolCharacterSet"]; given {
		var set *string
		if err := json.Unmarshal(raw, &set); err != nil || set == nil {
			return p, fault.New(fault.Invalid, "symbolCharacterSet must be a text, not %s", briefly(raw))
		}
		if utf8.RuneCountInString(*set) > mostSymbolCharacter || strings.ContainsFunc(*set, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return p, fault.New(fault.Invalid, "symbolCharacterSet must be at most %d characters that can be seen", mostSymbolCharacter)
		}
		p.SymbolCharacterSet = *set
	}
	if p.MinSymbols > 0 && p.SymbolCharacterSet == "" {
		return p, fault.New(fault.Invalid, "symbolCharacterSet must have characters while minSymbols is %d: no password could be set", p.MinSymbols)
	}
	return p, nil
}

// briefly is a wrong value in a message.
func briefly(raw []byte) string {
	const most = 40
	if len(raw) > most {
		return strings.ToValidUTF8(string(raw[:most]), "") + "…"
	}
	return string(raw)
}

// PutPolicy puts a policy on an organization. It is for passwords that are set from now on; its expirationDays is for all.
func (s *Service) PutPolicy(ctx context.Context, organizationID int64, p Policy) (Policy, error) {
	row := store.PasswordPolicy(p)
	err := s.db.PutPasswordPolicy(ctx, organizationID, &row)
	return Policy(row), err
}

// ResetPolicy puts an organization back under the default policy.
func (s *Service) ResetPolicy(ctx context.Context, organizationID int64) error {
	return s.db.DeletePasswordPolicy(ctx, organizationID)
}

// MarshalJSON writes a policy as the wire has it. The default one was made with the product: its dates are empty texts.
func (p Policy) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		MinLength             int    `json:"minLength"`
		MinUppercase          int    `json:"minUppercase"`
		MinLowercase          int    `json:"minLowercase"`
		MinNumbers            int    `json:"minNumbers"`
		MinSymbols            int    `json:"minSymbols"`
		SymbolCharacterSet    string `json:"symbolCharacterSet"`
		PreviousPasswordCount int    `json:"previousPasswordCount"`
		ExpirationDays        int    `json:"expirationDays"`
		CreatedDt             string `json:"createdDt"`
		UpdatedDt             string `json:"updatedDt"`
	}{
		p.MinLength, p.MinUppercase, p.MinLowercase, p.MinNumbers, p.MinSymbols, p.SymbolCharacterSet, p.PreviousPasswordCount, p.ExpirationDays,
		policyDate(p.CreatedAt), policyDate(p.UpdatedAt),
	})
}

func policyDate(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
