// Every sentence of the page that customers see. A translation is a second file of the same shape.

const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

export const w = {
  somebody: "Somebody",
  page: (connector: string) => `Connect ${connector}`,
  title: (by: string, connector: string) => `${by} asks to connect your ${connector}`,
  titleAgain: (by: string, connector: string) => `${by} asks to connect your ${connector} again`,
  visit: (by: string, connector: string) => `You sign in at ${connector} and decide there. ${by} never sees your password.`,
  keys: (connector: string) => `Enter the credentials of your account. They are checked with ${connector} and kept sealed.`,
  optional: "More settings",
  choose: "Choose…",
  yes: "Yes",
  go: (connector: string) => `Continue to ${connector}`,
  connect: "Connect",
  checking: (connector: string) => `Checking with ${connector}…`,
  leaving: (connector: string) => `Taking you to ${connector}…`,
  ends: (date: string) => {
    const at = Date.parse(date);
    return Number.isNaN(at) ? "" : `This link works once and ends on ${moment.format(at)}.`;
  },
  unexpected: "You did not expect this? Close the page: nothing happens.",
  deniedTitle: "Nothing was connected",
  denied: (connector: string) => `Access was refused at ${connector}. You can try again as long as the link lasts.`,
  failedTitle: (connector: string) => `${connector} was not connected`,
  says: (words: string) => `The provider says: ${words}`,
  unreachable: "The server does not answer. Check your connection and try again.",
  status: (status: number) => `The server answered with status ${status}. Try again in a moment.`,
  doneTitle: (connector: string) => `${connector} is connected`,
  done: (by: string) => `${by} can use the connection now. You can close this page.`,
  back: (host: string) => `Taking you back to ${host}…`,
  backNow: "Go on now",
  usedTitle: "This link was used already",
  used: (by: string) => `A link connects one account, once. If yours is not connected, ask ${by} for a new link.`,
  expiredTitle: "This link has expired",
  expired: (by: string) => `Ask ${by} for a new one: it takes them a moment.`,
  deadTitle: "This link does not work any more",
  dead: (by: string) => `What it was for is gone. Ask ${by} for a new link.`,
  unknownTitle: "There is no such link",
  unknown: (by: string) => `Check that you have the whole address, or ask ${by} for a new link.`,
  lostTitle: "This way back leads nowhere",
  lost: "Nothing was connected. Open your link again, in this browser, and begin once more.",
  failureTitle: "Something went wrong here",
  failure: "The server could not do this. Try again in a few minutes.",
  sender: "whoever sent it to you",
};
