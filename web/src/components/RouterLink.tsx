import Link, { type LinkProps } from "@cloudscape-design/components/link";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";

interface RouterLinkProps {
  to: string;
  children: ReactNode;
  ariaLabel?: string;
  variant?: LinkProps["variant"];
  fontSize?: LinkProps["fontSize"];
}

/** A link within the console: followed without loading the page anew, and still openable in another tab. */
export function RouterLink({ to, children, ariaLabel, variant = "secondary", fontSize }: RouterLinkProps) {
  const navigate = useNavigate();
  return (
    <Link
      href={to}
      variant={variant}
      fontSize={fontSize}
      ariaLabel={ariaLabel}
      onFollow={(event) => {
        event.preventDefault();
        void navigate(to);
      }}
    >
      {children}
    </Link>
  );
}
