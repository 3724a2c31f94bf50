/** Saves text as a file of this name, as if it had been a link. */
export function saveFile(name: string, text: string, type = "application/json"): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the address while it saves; a moment later it needs it no more.
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
