import { Component, lazy, Suspense, type ReactNode } from "react";
import { Navigate, Route, Routes } from "react-router";
import { NotFound } from "./screens/notfound";
import { Login } from "./screens/login";
import { Settings } from "./settings";
import { Shell } from "./shell";
import { t } from "./strings";
import { Announcements } from "./ui/announce";
import { Button } from "./ui/button";
import { Blank } from "./ui/state";

const Connectors = lazy(() => import("./screens/connectors"));
const Authenticate = lazy(() => import("./screens/authenticate"));
const ConnectorDocs = lazy(() => import("./screens/connectordocs"));
const Instances = lazy(() => import("./screens/instances"));
const Links = lazy(() => import("./screens/links"));
const Instance = lazy(() => import("./screens/instance"));
const ResetPassword = lazy(() => import("./screens/resetpassword"));
const Profile = lazy(() => import("./screens/profile"));
const Users = lazy(() => import("./screens/users"));
const UserPage = lazy(() => import("./screens/user"));
const Roles = lazy(() => import("./screens/roles"));
const Accounts = lazy(() => import("./screens/accounts"));
const AccountPage = lazy(() => import("./screens/accountpage"));
const Security = lazy(() => import("./screens/security"));
const SignOn = lazy(() => import("./screens/signon"));
const Mails = lazy(() => import("./screens/mails"));
const Branding = lazy(() => import("./screens/branding"));
const Audit = lazy(() => import("./screens/audit"));
const Limits = lazy(() => import("./screens/limits"));

export function App() {
  return (
    <Guard>
      <Suspense>
        <Routes>
          <Route path="/login" element={<Login />} />
          <Route path="/reset-password" element={<ResetPassword />} />
          <Route element={<Shell />}>
            <Route index element={<Navigate to="/connectors" replace />} />
            <Route path="/connectors" element={<Connectors />} />
            <Route path="/connectors/:key/authenticate" element={<Authenticate />} />
            <Route path="/connectors/:key/docs" element={<ConnectorDocs />} />
            <Route path="/instances" element={<Instances />} />
            <Route path="/instances/links" element={<Links />} />
            <Route path="/instances/:id/:tab?" element={<Instance />} />
            <Route path="/settings" element={<Settings />}>
              <Route path="users" element={<Users />} />
              <Route path="users/:id" element={<UserPage />} />
              <Route path="roles" element={<Roles />} />
              <Route path="accounts" element={<Accounts />} />
              <Route path="accounts/:id" element={<AccountPage />} />
              <Route path="security" element={<Security />} />
              <Route path="sign-on" element={<SignOn />} />
              <Route path="mails" element={<Mails />} />
              <Route path="branding" element={<Branding />} />
              <Route path="audit" element={<Audit />} />
              <Route path="limits" element={<Limits />} />
            </Route>
            <Route path="/profile" element={<Profile />} />
            <Route path="*" element={<NotFound />} />
          </Route>
        </Routes>
      </Suspense>
      <Announcements />
    </Guard>
  );
}

/** Shows a page that says so when a screen breaks, instead of an empty window. */
class Guard extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    return (
      <div className="mx-auto max-w-2xl p-6">
        <Blank
          live
          title={t.failure.crashedTitle}
          text={t.failure.unexpected}
          action={<Button onPress={() => window.location.reload()}>{t.failure.reload}</Button>}
        />
      </div>
    );
  }
}
