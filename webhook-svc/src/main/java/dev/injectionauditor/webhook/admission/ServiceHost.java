package dev.injectionauditor.webhook.admission;

import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * Where containers shall find the API server: the value to inject. Only what a DNS name or an IP address is made of, so
 * that it needs no escaping anywhere.
 *
 * @param text a DNS name, or an IPv4 or IPv6 address; IPv6 without brackets, as Kubernetes itself sets the variable
 */
public record ServiceHost(String text) {

    private static final int MAX_NAME_LENGTH = 253;
    private static final String LABEL = "[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?";
    private static final Pattern NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
    // RFC 1123 section 2.1: what ends in a number is an address, not a name.
    private static final Pattern ENDS_IN_NUMBER = Pattern.compile("([^.]*\\.)*[0-9]+");
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    // Neither a zone nor brackets.
    private static final Pattern IPV6_CHARACTERS = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /** @throws IllegalArgumentException if the text is neither */
    public ServiceHost {
        if (!isValid(text)) {
            throw new IllegalArgumentException("neither a DNS name nor an IP address");
        }
    }

    /** Whether the text is a DNS name or an IP address; asks no name server. */
    public static boolean isValid(String text) {
        return IPV4.matcher(text).matches() || isIpv6(text) || isName(text);
    }

    private static boolean isName(String text) {
        return text.length() <= MAX_NAME_LENGTH
                && NAME.matcher(text).matches()
                && !ENDS_IN_NUMBER.matcher(text).matches();
    }

    private static boolean isIpv6(String text) {
        if (!IPV6_CHARACTERS.matcher(text).matches()) {
            return false;
        }
        try {
            InetAddress.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
