package dev.injectionauditor.service;

import java.util.List;

/** Settings that a service cannot start with: all mistakes, each naming its option. */
public final class BadSettingsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    BadSettingsException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** One line for each mistake, such as {@code --port: must be a whole number from 0 to 65535}. */
    public List<String> problems() {
        return problems;
    }
}
