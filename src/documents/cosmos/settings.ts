/** Where documents in Azure Cosmos DB are and how to get in, as plain data: crosses threads, and loads no client. */
export interface CosmosSettings {
  /** Of the account, such as `https://ACCOUNT.documents.azure.com`. */
  readonly endpoint: string;
  /** Its key; where this and `keyFile` are absent Entra ID signs in. */
  readonly key?: string | undefined;
  /** File with the key. */
  readonly keyFile?: string | undefined;
  readonly database: string;
  /** Consistency of the documents that are served. */
  readonly reads: 'session' | 'consistent-prefix' | 'eventual';
  /** How long one request may take; what takes longer is tried again. */
  readonly timeout_ms: number;
}
