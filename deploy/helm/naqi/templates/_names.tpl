{{- define "naqi.labels" -}}
app.kubernetes.io/name: naqi
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
