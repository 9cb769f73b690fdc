// Renders a chart with Helm's own template engine (Go's text/template and sprig), for machines without Helm.
//
//	render CHART VALUES.yaml|- RELEASE
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"github.com/ghodss/yaml"
)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path string) map[string]interface{} {
	values := map[string]interface{}{}
	bytes, err := os.ReadFile(path)
	fail(err)
	fail(yaml.Unmarshal(bytes, &values))
	return values
}

// What is given goes over what the chart says, map by map.
func merge(over, under map[string]interface{}) {
	for key, value := range over {
		given, isMap := value.(map[string]interface{})
		known, wasMap := under[key].(map[string]interface{})
		if isMap && wasMap {
			merge(given, known)
		} else {
			under[key] = value
		}
	}
}

func main() {
	if len(os.Args) != 4 {
		fail(fmt.Errorf("usage: render CHART VALUES.yaml|- RELEASE"))
	}
	chart, release := os.Args[1], os.Args[3]
	values := read(filepath.Join(chart, "values.yaml"))
	if os.Args[2] != "-" {
		merge(read(os.Args[2]), values)
	}
	about := read(filepath.Join(chart, "Chart.yaml"))
	named := map[string]interface{}{}
	for key, value := range about {
		named[strings.ToUpper(key[:1])+key[1:]] = value
	}
	all := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	functions["toYaml"] = func(value interface{}) (string, error) {
		bytes, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(bytes), "\n"), err
	}
	functions["include"] = func(name string, data interface{}) (string, error) {
		var out bytes.Buffer
		err := all.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	functions["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, fmt.Errorf("%s", message)
		}
		return value, nil
	}
	all.Funcs(functions)
	files, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	fail(err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		fail(err)
		_, err = all.New(file).Parse(string(text))
		fail(err)
	}
	data := map[string]interface{}{
		"Values":  values,
		"Chart":   named,
		"Release": map[string]interface{}{"Name": release, "Namespace": "default", "Service": "Helm", "IsInstall": true},
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".tpl") {
			continue
		}
		var out bytes.Buffer
		fail(all.ExecuteTemplate(&out, file, data))
		text := strings.ReplaceAll(out.String(), "<no value>", "")
		if strings.TrimSpace(text) != "" {
			fmt.Printf("---\n# Source: %s\n%s\n", file, strings.TrimSpace(text))
		}
	}
}
