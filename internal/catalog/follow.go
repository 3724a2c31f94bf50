package catalog

import (
	"context"
	"time"
)

// Follow makes the connectors of an operator's folder part of the system catalogue, and keeps them so: it looks for
// changes every so often, which works on mounted volumes too, where nobody tells of them. The report gets every fault
// that there is now, at once and after each change, and how many connectors are in force. An error means that the
// folder cannot be read at the start. Call stop to end it; it waits until nothing runs any more. Call Follow when the
// shipped connectors are loaded.
func (c *Catalog) Follow(dir string, every time.Duration, report func(inForce int, broken []Broken)) (stop func(), err error) {
	f, err := c.follow(dir, report)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				f.look()
			}
		}
	}()
	return func() { cancel(); <-ended }, nil
}

// follower is a folder on its way into a catalogue.
type follower struct {
	catalog    *Catalog
	folder     *Folder
	report     func(int, []Broken)
	unreadable string // what was last said of the folder itself
}

// follow reads the folder for the first time.
func (c *Catalog) follow(dir string, report func(int, []Broken)) (*follower, error) {
	f := &follower{catalog: c, folder: &Folder{dir: dir, shipped: c.shippedIDs(), check: c.options.Check}, report: report}
	if _, err := f.folder.Refresh(); err != nil {
		return nil, err
	}
	f.put()
	return f, nil
}

// look takes over what has changed. A folder that cannot be read takes nothing with it: volumes come and go.
func (f *follower) look() {
	switch changed, err := f.folder.Refresh(); {
	case err != nil && err.Error() != f.unreadable:
		f.unreadable = err.Error()
		entries, broken := f.folder.Content()
		f.report(len(entries), append(broken, Broken{Path: ".", Reason: plain(err), Kept: true}))
	case err == nil && (changed || f.unreadable != ""):
		f.unreadable = ""
		f.put()
	}
}

// put swaps what the folder holds into the catalogue.
func (f *follower) put() {
	entries, broken := f.folder.Content()
	if err := f.catalog.ReplaceFolder(entries); err != nil {
		broken = append(broken, Broken{Path: ".", Reason: err.Error(), Kept: true})
	}
	f.report(len(entries), broken)
}

func (c *Catalog) shippedIDs() map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	ids := make(map[string]int64, len(c.shipped))
	for _, entry := range c.shipped {
		ids[entry.Key] = entry.ID
	}
	return ids
}
