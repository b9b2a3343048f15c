const PLATFORMS: Record<string, string> = {
  slack: "Slack",
  teams: "Microsoft Teams",
  whatsapp: "WhatsApp",
  discord: "Discord",
  telegram: "Telegram",
};

const ROLES: Record<string, string> = {
  administrator: "Administrator",
  compliance_officer: "Compliance officer",
  auditor: "Auditor",
};

/** A platform's own way to write its name. */
export function platformName(platform: string): string {
  return PLATFORMS[platform] ?? sentence(platform);
}

/** A role as people say it. */
export function roleName(role: string): string {
  return ROLES[role] ?? sentence(role);
}

/** "thread_broadcast" -> "Thread broadcast". */
export function sentence(slug: string): string {
  const words = slug.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

/** A size in bytes as "1.4 MB" (powers of 1,000). */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString(undefined, { maximumFractionDigits: digits })} ${UNITS[unit] ?? ""}`;
}
