package branding_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"jackfield/internal/branding"
	"jackfield/internal/fault"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

// whole is a request with every field, changed by some.
func whole(t *testing.T, changes map[string]any) []byte {
	t.Helper()
	values := map[string]any{
		"headerFont": "Open Sans, 'Segoe UI'", "bodyFont": "Arial", "navigationIconSize": "12px", "navigationLabelSize": "1.5em", "navigationWidth": "200px",
		"documentationUrl": "https://example.org/docs",
	}
	for _, name := range []string{
		"headerColor", "bodyColor", "themePrimaryColor", "themeSecondaryColor", "themeHighlightColor", "buttonPrimaryBackgroundColor", "buttonPrimaryTextColor",
		"buttonSecondaryBackgroundColor", "buttonSecondaryTextColor", "buttonDeleteBackgroundColor", "buttonDeleteTextColor", "logoBackgroundColor",
		"topBarBackgroundColor", "navigationBackgroundColor", "contextBackgroundColor", "cardHeaderColor", "cardBackground", "cardMenuBackground", "cardMenuLinkColor",
		"navigationLinkBackground", "navigationLinkBackgroundHover", "navigationLinkBackgroundActive", "navigationLinkForeground", "navigationLinkForegroundHover",
		"navigationLinkForegroundActive", "topBarNavigationColor", "tableHeaderBackground", "tableHeaderForeground", "tableBodyBackground", "tableBodyForeground",
		"componentsBorderColor", "topBarTitleColor", "navigationItemBorderColor",
	} {
		values[name] = "#0f766E"
	}
	maps.Copy(values, changes)
	maps.DeleteFunc(values, func(_ string, v any) bool { return v == nil })
	body, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestWhatIsMissingOrWrongInABrandingIsNamed(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	s := branding.New(db, "")
	t.Cleanup(s.Close)
	for name, test := range map[string]struct {
		body []byte
		says string
	}{
		"a missing field":       {whole(t, map[string]any{"cardBackground": nil}), "Branding missing required field(s): cardBackground"},
		"a named color":         {whole(t, map[string]any{"headerColor": "red"}), "Branding contains invalid field(s): headerColor"},
		"four digits":           {whole(t, map[string]any{"headerColor": "#ffff"}), "headerColor"},
		"a number":              {whole(t, map[string]any{"bodyColor": 7}), "bodyColor"},
		"a size that is none":   {whole(t, map[string]any{"navigationWidth": "wide"}), "navigationWidth"},
		"style in a size":       {whole(t, map[string]any{"navigationWidth": "1px;color:red"}), "navigationWidth"},
		"style in a font":       {whole(t, map[string]any{"bodyFont": "a;}</style>"}), "bodyFont"},
		"a script as address":   {whole(t, map[string]any{"documentationUrl": "javascript:alert(1)"}), "documentationUrl"},
		"a name of tags":        {whole(t, map[string]any{"name": "<script>alert(1)</script>"}), "name"},
		"a long name":           {whole(t, map[string]any{"name": strings.Repeat("x", 81)}), "name"},
		"no object":             {[]byte("[]"), "JSON object"},
		"nothing":               {nil, "JSON object"},
		"two missing in a list": {[]byte("{}"), "headerFont, headerColor"},
	} {
		if err := s.Put(t.Context(), 1, test.body); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestABrandingIsKeptPerOrganizationAndImagesStayWithIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := &store.Organization{Name: "One", Secret: "s"}
		if err := db.CreateOrganization(ctx, o); err != nil {
			t.Fatal(err)
		}
		s := branding.New(db, "https://images.example.org")
		t.Cleanup(s.Close)
		if b, err := s.For(ctx, o.ID); b != nil || err != nil {
			t.Fatal(b, err)
		}
		if _, err := s.Answer(ctx, o.ID, ""); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := s.Delete(ctx, o.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		// An image may come first.
		if err := s.PutImage(ctx, o.ID, branding.Logo, []byte("<svg/>")); err != nil {
			t.Fatal(err)
		}
		if err := s.Put(ctx, o.ID, whole(t, map[string]any{"name": "<b>Acme</b>", "headerColor": "#ABC"})); err != nil {
			t.Fatal(err)
		}
		b, err := s.For(ctx, o.ID)
		if err != nil || b.Name != "Acme" || b.Color("headerColor") != "#AABBCC" || !strings.HasPrefix(b.Logo, "/console/branding/logo-") || b.Favicon != "" {
			t.Fatalf("%+v %v", b, err)
		}
		answer, err := s.Answer(ctx, o.ID, "https://example.org")
		if err != nil || !strings.HasPrefix(answer.Logo, "https://images.example.org/logo-") {
			t.Errorf("%+v %v", answer, err)
		}
		// What is answered may be sent back, images included.
		text, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Put(ctx, o.ID, text); err != nil {
			t.Error(err)
		}
		image, err := s.Open(ctx, strings.TrimPrefix(b.Logo, branding.Path))
		if err != nil || image.Media != "image/svg+xml" {
			t.Errorf("%+v %v", image, err)
		}
		for _, name := range []string{"", "logo", "logo-0-" + image.Hash, "logo-99-" + image.Hash, "favicon-1-" + image.Hash, "logo-1-" + strings.Repeat("0", 32), "../x", "logo-99999999999999999999-" + image.Hash} {
			if _, err := s.Open(ctx, name); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if b, err := s.For(ctx, o.ID+1); b != nil || err != nil {
			t.Error(b, err)
		}
		if err := s.Delete(ctx, o.ID); err != nil {
			t.Fatal(err)
		}
		if b, err := s.For(ctx, o.ID); b != nil || err != nil {
			t.Error(b, err)
		}
		if _, err := s.Open(ctx, strings.TrimPrefix(b.Logo, branding.Path)); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestFieldsKeepTheirOrderInAnswers(t *testing.T) {
	t.Parallel()
	b := &branding.Branding{Name: "Acme", Fields: map[string]string{"bodyColor": "#fff", "headerFont": "A"}, Favicon: "/x"}
	text, err := json.Marshal(b)
	if want := `{"headerFont":"A","bodyColor":"#fff","name":"Acme","favicon":"/x"}`; err != nil || string(text) != want {
		t.Error(string(text), err)
	}
}
