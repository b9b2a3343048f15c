import type { paths } from "@/lib/api/schema";

type Answer<Operation> = Operation extends { responses: { 200: { content: { "application/json": infer Body } } } }
  ? Body
  : never;

export type SearchRequest = paths["/v1/search"]["post"]["requestBody"]["content"]["application/json"];
export type Sort = NonNullable<SearchRequest["sort"]>;
export type SearchAnswer = Answer<paths["/v1/search"]["post"]>;
export type Hit = SearchAnswer["hits"][number];
export type Explanation = NonNullable<Hit["explanation"]>;
export type Facet = NonNullable<SearchAnswer["facets"]>[number];
export type FacetName = Facet["name"];
export type SavedSearchList = Answer<paths["/v1/searches"]["get"]>;
export type SavedSearch = SavedSearchList["searches"][number];
export type SavedRequest = SavedSearch["request"];
export type SearchChange = paths["/v1/searches/{searchId}"]["patch"]["requestBody"]["content"]["application/json"];
export type NewSearch = paths["/v1/searches"]["post"]["requestBody"]["content"]["application/json"];
export type AlertList = Answer<paths["/v1/searches/{searchId}/alerts"]["get"]>;
export type Completion = Answer<paths["/v1/search/complete"]["get"]>["completions"][number];
export type Message = Answer<paths["/v1/messages/{messageId}"]["get"]>;
export type Attachment = Message["attachments"][number];
export type Reaction = Message["reactions"][number];
export type EarlierVersion = Message["editHistory"][number];
export type Conversation = Answer<paths["/v1/conversations/{channelId}"]["get"]>;
export type Channel = Conversation["channel"];
export type Difference = Answer<paths["/v1/conversations/{channelId}/diff"]["get"]>;
export type MessageChange = Difference["messages"][number];
export type MemberMove = Difference["members"][number];
export type MemberList = Answer<paths["/v1/conversations/{channelId}/members"]["get"]>;
export type Member = MemberList["members"][number];
export type PersonDay = Answer<paths["/v1/people/{personId}/day"]["get"]>;
export type DayAct = PersonDay["acts"][number];
export type ChannelList = Answer<paths["/v1/channels"]["get"]>;
export type Me = Answer<paths["/v1/me"]["get"]>;
export type FileLink = Answer<paths["/v1/messages/{messageId}/attachments/{attachmentId}/content"]["get"]>;
export type PlatformList = Answer<paths["/v1/platforms"]["get"]>;
export type Platform = PlatformList["platforms"][number];
export type ConnectionList = Answer<paths["/v1/connections"]["get"]>;
export type Connection = ConnectionList["connections"][number];
export type ConnectionDetails = Answer<paths["/v1/connections/{connectionId}"]["get"]>;
export type NewConnection = paths["/v1/connections"]["post"]["requestBody"]["content"]["application/json"];
export type ConnectionChange =
  paths["/v1/connections/{connectionId}"]["patch"]["requestBody"]["content"]["application/json"];
export type PersonList = Answer<paths["/v1/people"]["get"]>;
export type Person = PersonList["people"][number];
export type Account = Person["accounts"][number];
export type MessageEvidence = Answer<paths["/v1/messages/{messageId}/evidence"]["get"]>;
export type EventEvidence = MessageEvidence["events"][number];
export type SegmentEvidence = MessageEvidence["segments"][number];
export type TimeStamp = MessageEvidence["timeStamps"][number];
