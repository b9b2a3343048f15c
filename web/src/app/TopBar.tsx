import TopNavigation from "@cloudscape-design/components/top-navigation";
import { useNavigate } from "react-router";

import { useMe } from "@/components/useMe";
import { useSession } from "@/features/session/context";
import { roleName } from "@/lib/names";

/** The name of the product, and who is signed in. */
export function TopBar() {
  const navigate = useNavigate();
  const session = useSession();
  const me = useMe().data;
  return (
    <TopNavigation
      identity={{
        href: "/search",
        title: "Quire",
        logo: { src: "/favicon.svg", alt: "" },
        onFollow: (event) => {
          event.preventDefault();
          void navigate("/search");
        },
      }}
      utilities={[
        {
          type: "menu-dropdown",
          iconName: "user-profile",
          text: me?.email ?? "Account",
          description: me ? `${roleName(me.role)}, ${me.tenantName}` : undefined,
          items: [{ id: "sign-out", text: "Sign out" }],
          onItemClick: () => session.signOut(),
        },
      ]}
    />
  );
}
