package server

import (
	"context"
	"fmt"
	"slices"
	"time"

	"jackfield/internal/catalog"

	"github.com/prometheus/client_golang/prometheus"
)

// lookEvery is how often the operator's folder of connectors is looked at for changes.
const lookEvery = 2 * time.Second

// followFolder puts the operator's folder of connectors into the catalogue and tells of what is broken in it.
func (s *Server) followFolder(o Options) error {
	if o.Catalog == "" {
		return nil
	}
	inForce := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "jackfield_catalog_folder_connectors", Help: "Connectors of the --catalog folder that are in force.",
	})
	brokenFiles := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "jackfield_catalog_folder_broken_files", Help: "Files of the --catalog folder with faults; the log names them.",
	})
	s.metrics.MustRegister(inForce, brokenFiles)
	var before []catalog.Broken
	report := func(n int, broken []catalog.Broken) {
		files := map[string]bool{}
		for _, b := range broken {
			files[b.Path] = true
			if !slices.Contains(before, b) { // the others have been told
				s.log.Warn("a connector of the catalogue folder is broken", "path", b.Path, "line", b.Line, "reason", b.Reason, "earlierVersionServes", b.Kept)
			}
		}
		before = broken
		inForce.Set(float64(n))
		brokenFiles.Set(float64(len(files)))
		s.log.Info("catalogue folder read", "folder", o.Catalog, "connectors", n, "brokenFiles", len(files))
	}
	every := o.CatalogInterval
	if every == 0 {
		every = lookEvery
	}
	stop, err := s.Catalog.Follow(o.Catalog, every, report)
	if err != nil {
		return fmt.Errorf("the catalogue folder cannot be read: %w", err)
	}
	s.closing(func(context.Context) error { stop(); return nil })
	return nil
}
