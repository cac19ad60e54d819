{{/* Name of what belongs to the release; with a part, of that part. Of a long release it is the release that is cut off: parts stay apart. */}}
{{- define "millrace.name" -}}
{{- $base := ternary .root.Release.Name (printf "%s-%s" .root.Release.Name "millrace") (contains "millrace" .root.Release.Name) -}}
{{- $suffix := empty .part | ternary "" (printf "-%s" .part) -}}
{{- printf "%s%s" ($base | trunc (sub 52 (len $suffix) | int) | trimSuffix "-") $suffix -}}
{{- end }}

{{- define "millrace.selector" -}}
app.kubernetes.io/name: millrace
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .part }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- define "millrace.labels" -}}
{{ include "millrace.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "millrace.serviceAccount" -}}
{{- default (include "millrace.name" (dict "root" .)) .Values.serviceAccount.name -}}
{{- end }}

{{- define "millrace.metadata" -}}
name: {{ include "millrace.name" . }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "millrace.labels" . | nindent 2 }}
{{- end }}

{{/* Metadata of a pod: another file of settings is another pod. */}}
{{- define "millrace.podMetadata" -}}
labels:
  {{- include "millrace.labels" . | nindent 2 }}
  azure.workload.identity/use: {{ ne .root.Values.workloadIdentity.clientId "" | quote }}
annotations:
  checksum/config: {{ toYaml .root.Values.config | sha256sum }}
  {{- with .root.Values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* What every pod is: of nobody in particular, and writing nowhere but where it must. */}}
{{- define "millrace.pod" -}}
serviceAccountName: {{ include "millrace.serviceAccount" .root }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "millrace.spread" -}}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "millrace.selector" $ | nindent 8 }}
  {{- end }}
{{- end }}

{{/* What every container has. */}}
{{- define "millrace.container" -}}
{{- $image := .root.Values.image -}}
image: {{ printf "%s:%s%s" $image.repository (default .root.Chart.AppVersion $image.tag) (ternary "" (printf "@%s" $image.digest) (eq $image.digest "")) | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{- define "millrace.environment" -}}
- name: MILLRACE_CONFIG
  value: /etc/millrace/millrace.yaml
{{- end }}

{{- define "millrace.environmentFrom" -}}
{{- with .root.Values.secrets.environment }}
envFrom:
  - secretRef: { name: {{ . | quote }} }
{{- end }}
{{- end }}

{{- define "millrace.mounts" -}}
- { name: config, mountPath: /etc/millrace/millrace.yaml, subPath: millrace.yaml, readOnly: true }
- { name: keys, mountPath: /etc/millrace/keys, readOnly: true }
- { name: data, mountPath: /var/lib/millrace }
- { name: tmp, mountPath: /tmp }
{{- end }}

{{- define "millrace.volumes" -}}
- name: config
  configMap: { name: {{ include "millrace.name" (dict "root" .root) }} }
- name: keys
  {{- if .root.Values.secrets.apiKeys }}
  secret: { secretName: {{ .root.Values.secrets.apiKeys | quote }}, optional: true }
  {{- else }}
  emptyDir: {}
  {{- end }}
- name: data
  emptyDir: {}
- name: tmp
  emptyDir: {}
{{- end }}

{{/* Restored, making progress, ready: none of them asks a broker. */}}
{{- define "millrace.probes" -}}
startupProbe:
  httpGet: { path: /healthz/startup, port: http }
  periodSeconds: 5
  failureThreshold: 360
livenessProbe:
  httpGet: { path: /healthz/live, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /healthz/ready, port: http }
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
{{- end }}

{{/* Names, and what the processes are made for. */}}
{{- define "millrace.egress" -}}
- ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
- ports:
    {{- range .Values.networkPolicy.egressPorts }}
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
{{- with dig "telemetry" "traces" "endpoint" "" $.Values.config }}
# Where traces are told.
{{- $port := regexFind ":[0-9]+$" (urlParse .).host | trimPrefix ":" }}
- ports:
    - { port: {{ $port | default (hasPrefix "https:" . | ternary "443" "80") }}, protocol: TCP }
{{- end }}
{{- end }}
