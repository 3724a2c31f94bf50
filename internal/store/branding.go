package store

import (
	"context"
	"encoding/json"
	"time"

	"jackfield/internal/fault"
)

// Branding is how an organization's pages look.
type Branding struct {
	Name      string            // "" = the organization's own
	Fields    map[string]string // reference/accounts-and-access.md §8
	Images    map[string]string // hashes of the images there are, by kind: logo, favicon
	UpdatedAt time.Time
}

// BrandingImage is a logo or favicon.
type BrandingImage struct {
	Kind, Media, Hash string
	Content           []byte
}

// Branding reads that of an organization. Without one it is a NotFound fault.
func (d *DB) Branding(ctx context.Context, organizationID int64) (*Branding, error) {
	b := &Branding{Images: map[string]string{}}
	var fields string
	var updated int64
	err := d.read.QueryRowContext(ctx, "SELECT name, fields, updated_at FROM brandings WHERE organization_id = $1", organizationID).Scan(&b.Name, &fields, &updated)
	if err != nil {
		return nil, failure("read branding", err)
	}
	b.UpdatedAt = fromMillis(updated)
	if err := json.Unmarshal([]byte(fields), &b.Fields); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "database: the branding of organization %d", organizationID)
	}
	rows, err := d.read.QueryContext(ctx, "SELECT kind, hash FROM branding_images WHERE organization_id = $1", organizationID)
	if err != nil {
		return nil, failure("read branding", err)
	}
	defer rows.Close()
	for rows.Next() {
		var kind, hash string
		if err := rows.Scan(&kind, &hash); err != nil {
			return nil, failure("read branding", err)
		}
		b.Images[kind] = hash
	}
	return b, failure("read branding", rows.Err())
}

// PutBranding stores name and fields of an organization's branding in place of those that were. Images stay.
func (d *DB) PutBranding(ctx context.Context, organizationID int64, b *Branding) error {
	fields, err := json.Marshal(b.Fields)
	if err != nil {
		return err
	}
	if err := wantStorable("field of the branding", b.Name, string(fields)); err != nil {
		return err
	}
	return d.InTx(ctx, func(tx *DB) error {
		_, err := tx.write.ExecContext(ctx,
			`INSERT INTO brandings (organization_id, name, fields, updated_at) VALUES ($1, $2, $3, $4)
			 ON CONFLICT (organization_id) DO UPDATE SET name = excluded.name, fields = excluded.fields, updated_at = excluded.updated_at`,
			organizationID, b.Name, string(fields), millis(now()))
		tx.changed("branding", organizationID, 0)
		return failure("write branding", err)
	})
}

// PutBrandingImage stores an image in place of the one of its kind. A branding without fields is made where there is none.
func (d *DB) PutBrandingImage(ctx context.Context, organizationID int64, i BrandingImage) error {
	return d.InTx(ctx, func(tx *DB) error {
		_, err := tx.write.ExecContext(ctx,
			`INSERT INTO brandings (organization_id, name, fields, updated_at) VALUES ($1, '', '{}', $2)
			 ON CONFLICT (organization_id) DO UPDATE SET updated_at = excluded.updated_at`, organizationID, millis(now()))
		if err != nil {
			return failure("write branding", err)
		}
		_, err = tx.write.ExecContext(ctx,
			`INSERT INTO branding_images (organization_id, kind, media, hash, content) VALUES ($1, $2, $3, $4, $5)
			 ON CONFLICT (organization_id, kind) DO UPDATE SET media = excluded.media, hash = excluded.hash, content = excluded.content`,
			organizationID, i.Kind, i.Media, i.Hash, i.Content)
		tx.changed("branding", organizationID, 0)
		return failure("write image of branding", err)
	})
}

// BrandingImage reads an image by what stands in its address. Another hash than the present one's is a NotFound fault.
func (d *DB) BrandingImage(ctx context.Context, organizationID int64, kind, hash string) (*BrandingImage, error) {
	i := &BrandingImage{Kind: kind, Hash: hash}
	if !storable(kind, hash) {
		return nil, fault.New(fault.NotFound, "No image found")
	}
	err := d.read.QueryRowContext(ctx, "SELECT media, content FROM branding_images WHERE organization_id = $1 AND kind = $2 AND hash = $3",
		organizationID, kind, hash).Scan(&i.Media, &i.Content)
	return i, failure("read image of branding", err)
}

// DeleteBranding deletes that of an organization with its images. Without one it is a NotFound fault.
func (d *DB) DeleteBranding(ctx context.Context, organizationID int64) error {
	return d.InTx(ctx, func(tx *DB) error {
		result, err := tx.write.ExecContext(ctx, "DELETE FROM brandings WHERE organization_id = $1", organizationID)
		tx.changed("branding", organizationID, 0)
		return someRow(result, err, "delete branding", fault.New(fault.NotFound, "No branding found"))
	})
}
