// Sets the chosen theme before the first paint, so that a dark page never flashes white.
try {
  var theme = localStorage.getItem("jackfield.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch (_) {
  // Storage is switched off: the system's own theme applies.
}
