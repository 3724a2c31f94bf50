package catalog

import "jackfield/internal/connector"

// FollowBy is Follow without a clock: the folder is looked at when look is called.
func (c *Catalog) FollowBy(dir string, report func(int, []Broken)) (look func(), err error) {
	f, err := c.follow(dir, report)
	if err != nil {
		return nil, err
	}
	return f.look, nil
}

// LoadFolder reads a folder once: what is sound, by name in the folder, and what is not. See Folder.
func LoadFolder(dir string) ([]Entry, []Broken, error) {
	f := &Folder{dir: dir, check: (*connector.Definition).Validate}
	_, err := f.Refresh()
	if err != nil {
		return nil, nil, err
	}
	entries, broken := f.Content()
	return entries, broken, nil
}
