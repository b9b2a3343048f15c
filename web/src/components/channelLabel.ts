import type { Channel } from "@/lib/api/types";

/** Platforms whose people write "#" before a channel's name. */
const HASHED = new Set(["slack", "discord"]);

/** What a conversation is called; one without a name is called by what it is. */
export function channelLabel(channel: Pick<Channel, "platform" | "name" | "type" | "platformId">): string {
  if (channel.name) return HASHED.has(channel.platform) && channel.type === "channel" ? `#${channel.name}` : channel.name;
  if (channel.type === "direct") return "Direct conversation";
  if (channel.type === "group") return "Group conversation";
  if (channel.type === "meeting") return "Meeting chat";
  return channel.platformId;
}

/** Labels that several conversations share: the platform's id has to tell these apart. */
export function ambiguousLabels(channels: Channel[]): Set<string> {
  const seen = new Set<string>();
  return new Set(channels.map(channelLabel).filter((label) => seen.size === seen.add(label).size));
}
