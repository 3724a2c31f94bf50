package job

import (
	"context"
	"log/slog"
)

// quiet lets only warnings of River through: its reports of starting and stopping say nothing to an operator.
type quiet struct{ slog.Handler }

// Enabled reports whether a level is shown.
func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// WithAttrs keeps the filter.
func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

// WithGroup keeps the filter.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
