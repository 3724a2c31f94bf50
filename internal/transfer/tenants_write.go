package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// errChanged says that the file is not the one that was looked at.
var errChanged = errors.New("the file changed while it was imported: run it again")

// write reads the file again and stores the lines that are to be made, a batch in each transaction.
func (p *plan) write(ctx context.Context, file io.Reader) error {
	r := newLineReader(file)
	for index, more := 0, true; more; {
		first := 0
		err := p.DB.InTx(ctx, func(tx *store.DB) error {
			b := &batch{plan: p, tx: tx}
			for taken := 0; taken < importBatch && b.hashed < maxHashed; {
				line, tooLong, err := r.next()
				if errors.Is(err, io.EOF) {
					more = false
					break
				}
				if err != nil {
					return err
				}
				if tooLong || index >= len(p.lines) {
					return errChanged
				}
				if index++; !p.lines[index-1] {
					continue
				}
				if first == 0 {
					first = r.number
				}
				taken++
				if err := b.take(ctx, r.number, line); err != nil {
					return fmt.Errorf("line %d: %w", r.number, err)
				}
			}
			return tx.AdoptInstances(ctx, b.instances)
		})
		if err != nil {
			return fmt.Errorf("stopped: what is above line %d is stored, run the same file again to go on: %w", max(first, 1), err)
		}
	}
	return nil
}

// maxHashed is how many passwords are hashed in one transaction: each takes a moment, and a running server waits.
const maxHashed = 10

// batch is the lines of one transaction.
type batch struct {
	*plan
	tx        *store.DB
	hashed    int // passwords
	instances []*store.Instance
}

func (b *batch) take(ctx context.Context, number int, line []byte) error {
	o, err := parseObject(line)
	if err != nil {
		return errChanged
	}
	l := &importLine{object: o, number: number}
	o.into("type", "a text", &l.kind)
	switch l.kind {
	case "customer":
		err = b.takeCustomer(ctx, l)
	case "organization":
		err = b.takeOrganization(ctx, l)
	case "account":
		err = b.takeAccount(ctx, l)
	case "user":
		err = b.takeUser(ctx, l)
	case "instance":
		err = b.takeInstance(ctx, l, line)
	default:
		return errChanged
	}
	if err == nil && len(l.problems) > 0 {
		err = errChanged
	}
	return err
}

func (b *batch) takeCustomer(ctx context.Context, l *importLine) error {
	ref, c := readCustomer(l, b.plan)
	here := b.customers[ref]
	if here == nil {
		return errChanged
	}
	err := b.tx.AdoptCustomer(ctx, c)
	here.id = c.ID
	return err
}

func (b *batch) takeOrganization(ctx context.Context, l *importLine) error {
	ref, _, o := readOrganization(l, b.plan)
	here := b.organizations[ref]
	if here == nil {
		return errChanged
	}
	if o.Secret == "" {
		o.Secret = access.NewOrganizationSecret()
	}
	o.CustomerID = here.customer.id
	err := b.tx.AdoptOrganization(ctx, o)
	here.id = o.ID
	return err
}

func (b *batch) takeAccount(ctx context.Context, l *importLine) error {
	ref, _, a, roles := readAccount(l, b.plan)
	here := b.accounts[ref]
	if here == nil {
		return errChanged
	}
	a.OrganizationID = here.organization.id
	err := b.tx.AdoptAccount(ctx, a, roles)
	here.id = a.ID
	return err
}

func (b *batch) takeUser(ctx context.Context, l *importLine) error {
	ref, _, password, u := readUser(l, b.plan)
	here := b.users[ref]
	if here == nil {
		return errChanged
	}
	if u.Secret == "" {
		u.Secret = access.NewSecret()
	}
	if u.Roles == nil { // as new users get
		u.Roles = []string{access.RoleDefaultUser}
		if here.account.isDefault {
			u.Roles = []string{access.RoleOrganizationUser}
		}
	}
	u.PasswordHash = access.NoPasswordYet
	if password != "" {
		b.hashed++
		var err error
		person := access.Person{FirstName: u.FirstName, LastName: u.LastName, Email: u.Email}
		if u.PasswordHash, err = b.Access.NewPasswordHash(ctx, here.account.organization.id, password, person); err != nil {
			return err
		}
	}
	u.AccountID = here.account.id
	err := b.tx.AdoptUser(ctx, u)
	here.id = u.ID
	return err
}

func (b *batch) takeInstance(ctx context.Context, l *importLine, line []byte) error {
	made, owner, err := b.readInstance(ctx, l, line)
	if err != nil {
		return err
	}
	if made == nil {
		return errChanged
	}
	i := made.Row
	i.AccountID, i.UserID = owner.account.id, owner.id
	if i.AccountID == 0 || i.UserID == 0 {
		return fault.New(fault.Internal, "the owner of the instance was not made")
	}
	b.instances = append(b.instances, i)
	return nil
}
