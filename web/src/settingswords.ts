// The words of the settings: a part of strings.ts that is loaded with those screens.

export const w = {
  save: "Save",
  saved: "Saved.",
  none: "None",

  limits: {
    title: "Limits",
    what: "the limits",
    lead: "What your account may use, and what it uses now. A call over a limit is answered with status 429 and when to try again.",
    names: {
      requestsPerMinute: "Requests per minute",
      concurrentProviderCalls: "Calls to providers at the same time",
      storedInstances: "Stored instances",
      scriptSecondsPerMinute: "Script seconds per minute",
    },
    help: {
      requestsPerMinute: "Calls of the API in the last minute, on this server.",
      concurrentProviderCalls: "Calls that wait for a provider right now, on this server.",
      storedInstances: "Connected accounts of providers.",
      scriptSecondsPerMinute: "Time spent in hooks in the last minute, on this server.",
    },
    of: (used: string, limit: string) => `${used} of ${limit}`,
    unlimited: (used: string) => `${used}, no limit`,
    own: "Set for this account",
    standard: "Server's default",
    near: "Nearly used up",
    full: "Used up",
    operator: "Limits are set by whoever operates this server. Ask them when one is too small.",
    edit: "Change limits",
    editTitle: (account: string) => `Limits of ${account}`,
    editHelp: (standard: string) => `Empty = the server's default (${standard}). 0 = no limit.`,
    noLimit: "no limit",
    wrong: "A whole number from 0.",
  },
};
