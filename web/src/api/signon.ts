import { queryOptions } from "@tanstack/react-query";
import { consoleCall } from "./client";

/** Another login that people may come with: a button on the login page. */
export interface SignOnOffer {
  id: number;
  name: string;
  type: "saml" | "oidc";
  startUrl: string;
}

/** Where this person may sign in instead of here. It is never said whether the address is known. */
export function signOnQuery(email: string) {
  return queryOptions({
    queryKey: ["sign-on", email],
    queryFn: async () => {
      const answer = await consoleCall<{ providers?: SignOnOffer[] | null }>(`/sign-on${email ? `?email=${encodeURIComponent(email)}` : ""}`);
      return answer.providers ?? [];
    },
    staleTime: 60_000,
    retry: false, // the password is still there
    placeholderData: (before) => before,
  });
}
