package access_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/mail"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

// post gives the house a service that writes letters, for a server that clients reach by an address.
func (h *house) post(t *testing.T, address string) *access.Service {
	t.Helper()
	letters := mail.New(mail.Options{DB: h.db, Now: h.clock.now})
	service := access.New(h.db, access.Options{Vault: storetest.Vault(t), Now: h.clock.now, Mail: letters, PublicURL: address})
	t.Cleanup(service.Close)
	return service
}

// letter waits for the n-th letter to somebody of Ada's organization, counted from 1.
func (h *house) letter(t *testing.T, n int) *store.Mail {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		all, err := h.db.Mails(t.Context(), h.organization.ID, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) >= n {
			return all[len(all)-n]
		}
	}
	t.Fatalf("letter %d was not written", n)
	return nil
}

func token(t *testing.T, text, address string) string {
	t.Helper()
	_, after, found := strings.Cut(text, address+"/reset-password?token=")
	line, _, _ := strings.Cut(after, "\n")
	token, err := url.QueryUnescape(line)
	if !found || err != nil || len(token) != 43 {
		t.Fatalf("the letter has no link with 32 bytes: %s", text)
	}
	return token
}

func TestATokenOfALetterSetsThePasswordOnceWithinAnHour(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		ctx := t.Context()
		const address = "https://connect.example.org"
		service := h.post(t, address)
		ask := func() {
			t.Helper()
			if err := service.RequestPasswordReset(ctx, h.ada.Email, "10.0.0.1"); err != nil {
				t.Fatal(err)
			}
		}
		reset := func(token, password string) error { return service.ResetPassword(ctx, token, password, "10.0.0.1") }
		ask()
		first := h.letter(t, 1)
		if first.To != h.ada.Email || first.UserID != h.ada.ID || strings.Contains(first.Text, "Byron") {
			t.Errorf("%+v", first)
		}
		ask()
		one, two := token(t, first.Text, address), token(t, h.letter(t, 2).Text, address)
		if err := reset(one, "Another-Passw0rd"); err != nil {
			t.Fatal(err)
		}
		for _, used := range []string{one, two} { // a new password ends every letter
			if err := reset(used, "Third-Passw0rd"); !fault.Is(err, fault.Invalid) {
				t.Errorf("a used token: %v", err)
			}
		}
		if err := h.attempt(t, 1, h.ada.Email, "Another-Passw0rd"); err != nil {
			t.Error(err)
		}
		ask()
		three := token(t, h.letter(t, 3).Text, address)
		h.clock.advance(access.ResetLife)
		if err := reset(three, "Third-Passw0rd"); !fault.Is(err, fault.Invalid) {
			t.Errorf("an old token: %v", err)
		}
		for range 70 {
			if fault.Is(reset("guess", "Third-Passw0rd"), fault.Throttled) {
				return
			}
		}
		t.Error("one address may guess as often as it likes")
	})
}

func TestTwoUsesOfATokenAtOnceSetOnePassword(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		service := h.post(t, "https://connect.example.org")
		if err := service.RequestPasswordReset(t.Context(), h.ada.Email, "10.0.0.1"); err != nil {
			t.Fatal(err)
		}
		token := token(t, h.letter(t, 1).Text, "https://connect.example.org")
		results := make(chan error, 2)
		for _, password := range []string{"Another-Passw0rd", "Third-Passw0rd"} {
			go func() { results <- service.ResetPassword(t.Context(), token, password, "10.0.0.1") }()
		}
		one, two := <-results, <-results
		if (one == nil) == (two == nil) || !fault.Is(one, fault.Invalid) && !fault.Is(two, fault.Invalid) {
			t.Errorf("%v, %v", one, two)
		}
	})
}

func TestTheTextOfALetterThatSetsAPasswordIsForWhoCouldSetIt(t *testing.T) {
	t.Parallel()
	h := build(t, storetest.SQLite(t))
	ctx := t.Context()
	service := h.post(t, "https://connect.example.org")
	clerk := h.user(t, h.account, "clerk@example.org", rightPassword, access.RoleOrganizationUser)
	for i, u := range []*store.User{h.ada, clerk} {
		if err := service.RequestPasswordReset(ctx, u.Email, "10.0.0.1"); err != nil {
			t.Fatal(err)
		}
		h.letter(t, i+1)
	}
	toAda, toClerk := h.letter(t, 1).ID, h.letter(t, 2).ID
	as := func(u *store.User) *access.Principal {
		p, err := service.ByUser(ctx, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, test := range map[string]struct {
		reader *store.User
		letter int64
		hidden string // "" = shown
	}{
		"an administrator, that of somebody with less": {h.ada, toClerk, ""},
		"somebody with less, that of an administrator": {clerk, toAda, "may do more"},
		"one's own": {h.ada, toAda, "your own"},
	} {
		letter, hidden, err := service.Letter(ctx, as(test.reader), test.letter)
		if err != nil || (hidden == "") != (test.hidden == "") || !strings.Contains(hidden, test.hidden) || (letter.Text == "") == (hidden == "") {
			t.Errorf("%s: %q, %v", name, hidden, err)
		}
	}
	if _, _, err := service.Letter(ctx, as(h.other), toAda); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organization: %v", err)
	}
	if letters, err := service.Letters(ctx, as(h.ada), 0, 10); err != nil || len(letters) != 2 || letters[0].Text != "" {
		t.Errorf("the list: %v, %v", letters, err)
	}
	h.clock.advance(access.ResetLife)
	if letter, hidden, err := service.Letter(ctx, as(h.ada), toClerk); err != nil || hidden == "" || letter.Text != "" {
		t.Errorf("after its hour: %q, %v", hidden, err)
	}
}
