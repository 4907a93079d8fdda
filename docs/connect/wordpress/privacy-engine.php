<?php
/**
 * Plugin Name: Privacy engine
 * Description: Answers the privacy engine's signed questions with WordPress's own exporters and erasers.
 * Version: 1.0.0
 * Requires at least: 5.2
 * Requires PHP: 7.2
 * License: Apache-2.0
 *
 * In wp-config.php: define( 'PRIVACY_ENGINE_SECRET', 'whsec_…' ); two with a space between while it changes.
 * In the engine's data map: url = "https://…/?rest_route=/privacy-engine/v1/webhook"
 *
 * Whatever other plug-ins register as exporters and erasers of personal data is found and erased too.
 * An account that only subscribes and wrote nothing is deleted; any other is kept, and said to be.
 */

defined( 'ABSPATH' ) || exit;

const PRIVACY_ENGINE_TOLERANCE = 300;
const PRIVACY_ENGINE_PAGES     = 1000;

add_action(
	'rest_api_init',
	function () {
		register_rest_route(
			'privacy-engine/v1',
			'/webhook',
			array(
				'methods'             => 'POST',
				'callback'            => 'privacy_engine_answer',
				'permission_callback' => 'privacy_engine_is_genuine',
			)
		);
	}
);

/** Whether a call bears the signature of our engine and is not old (Standard Webhooks 1.0.0). */
function privacy_engine_is_genuine( WP_REST_Request $request ) {
	$id    = (string) $request->get_header( 'webhook_id' );
	$stamp = (string) $request->get_header( 'webhook_timestamp' );
	if ( ! defined( 'PRIVACY_ENGINE_SECRET' ) || '' === $id || ! ctype_digit( $stamp ) ) {
		return new WP_Error( 'unsigned', 'The call is not signed.', array( 'status' => 401 ) );
	}
	$signed = "$id.$stamp." . $request->get_body();
	$given  = explode( ' ', (string) $request->get_header( 'webhook_signature' ) );
	foreach ( preg_split( '/\s+/', PRIVACY_ENGINE_SECRET, -1, PREG_SPLIT_NO_EMPTY ) as $secret ) {
		$key  = base64_decode( preg_replace( '/^whsec_/', '', $secret ) );
		$mark = 'v1,' . base64_encode( hash_hmac( 'sha256', $signed, $key, true ) );
		foreach ( $given as $one ) {
			if ( hash_equals( $mark, $one ) && abs( time() - (int) $stamp ) <= PRIVACY_ENGINE_TOLERANCE ) {
				return true;
			}
		}
	}
	return new WP_Error( 'unsigned', 'The signature is not right.', array( 'status' => 401 ) );
}

/** Answer one question; the same message again gets the same answer, and nothing is done twice. */
function privacy_engine_answer( WP_REST_Request $request ) {
	require_once ABSPATH . 'wp-admin/includes/user.php';
	$data   = $request->get_json_params()['data'];
	$action = $data['action'];
	if ( 'ping' === $action ) {
		return array( 'done' => true );
	}
	$name  = 'privacy_engine_' . md5( (string) $request->get_header( 'webhook_id' ) );
	$known = get_transient( $name );
	if ( false !== $known ) {
		return $known;
	}
	$emails = isset( $data['identifiers']['emails'] ) ? $data['identifiers']['emails'] : array();
	if ( 'locate' === $action ) {
		return array( 'found' => privacy_engine_count( $emails ), 'done' => true );
	}
	if ( 'copy' === $action ) {
		return array( 'records' => privacy_engine_records( $emails ), 'done' => true );
	}
	if ( 'quarantine' === $action || 'release' === $action ) {
		// A theme or a plugin that lists, sends or exports listens to these two, or asks the user's meta.
		// The release repeats the reference of the freeze: by then the names may be destroyed.
		$reference = isset( $data['reference'] ) ? (string) $data['reference'] : '1';
		foreach ( array_filter( array_map( 'privacy_engine_user_of', $emails ) ) as $user ) {
			if ( 'quarantine' === $action ) {
				delete_user_meta( $user->ID, 'privacy_engine_quarantine', $reference );
				add_user_meta( $user->ID, 'privacy_engine_quarantine', $reference );
			} else {
				delete_user_meta( $user->ID, 'privacy_engine_quarantine', '1' );
			}
		}
		if ( 'release' === $action && '1' !== $reference ) {
			delete_metadata( 'user', 0, 'privacy_engine_quarantine', $reference, true );
		}
		do_action( 'privacy_engine_' . $action, $emails, $reference );
		return array( 'done' => true );
	}
	if ( 'delete' !== $action || ! empty( $data['keep'] ) ) {
		return array( 'done' => false, 'messages' => array( 'A person has to do this in WordPress.' ) );
	}
	$answer = privacy_engine_delete( $emails );
	// Only counts are kept, and the message's name names nobody.
	set_transient( $name, $answer, WEEK_IN_SECONDS );
	return $answer;
}

/** The account that has this address, or false. */
function privacy_engine_user_of( $email ) {
	return get_user_by( 'email', $email );
}

/** Every item that the registered exporters hold, page by page. */
function privacy_engine_items( $emails ) {
	$items = array();
	foreach ( $emails as $email ) {
		foreach ( apply_filters( 'wp_privacy_personal_data_exporters', array() ) as $exporter ) {
			for ( $page = 1; $page <= PRIVACY_ENGINE_PAGES; $page++ ) {
				$got = call_user_func( $exporter['callback'], $email, $page );
				if ( is_wp_error( $got ) || ! is_array( $got ) ) {
					break;
				}
				foreach ( $got['data'] as $item ) {
					$items[ $item['group_id'] . '/' . $item['item_id'] ] = $item;
				}
				if ( ! empty( $got['done'] ) ) {
					break;
				}
			}
		}
	}
	return $items;
}

function privacy_engine_count( $emails ) {
	$found = array();
	foreach ( privacy_engine_items( $emails ) as $item ) {
		$group           = $item['group_id'];
		$found[ $group ] = isset( $found[ $group ] ) ? $found[ $group ] + 1 : 1;
	}
	return (object) $found;
}

function privacy_engine_records( $emails ) {
	$records = array();
	foreach ( privacy_engine_items( $emails ) as $item ) {
		$values = array();
		foreach ( $item['data'] as $pair ) {
			$values[ $pair['name'] ] = $pair['value'];
		}
		$records[] = array( 'series' => $item['group_id'], 'values' => (object) $values );
	}
	return $records;
}

/** Run every eraser, then the accounts, and say what is gone and what had to stay. */
function privacy_engine_delete( $emails ) {
	$before   = (array) privacy_engine_count( $emails );
	$messages = array();
	foreach ( $emails as $email ) {
		foreach ( apply_filters( 'wp_privacy_personal_data_erasers', array() ) as $eraser ) {
			for ( $page = 1; $page <= PRIVACY_ENGINE_PAGES; $page++ ) {
				$done = call_user_func( $eraser['callback'], $email, $page );
				if ( is_wp_error( $done ) ) {
					return array( 'done' => false, 'messages' => array( 'An eraser of WordPress failed.' ) );
				}
				$messages = array_merge( $messages, $done['messages'] );
				if ( ! empty( $done['done'] ) ) {
					break;
				}
			}
		}
		privacy_engine_delete_account( $email );
	}
	$after   = (array) privacy_engine_count( $emails );
	$removed = array();
	$kept    = array();
	foreach ( $before as $group => $count ) {
		$left              = isset( $after[ $group ] ) ? $after[ $group ] : 0;
		$removed[ $group ] = max( 0, $count - $left );
		if ( $left > 0 ) {
			$kept[] = array( 'series' => $group, 'count' => $left, 'ground' => 'in_use_by_the_site', 'citation' => '' );
		}
	}
	return array(
		'removed'  => (object) $removed,
		'retained' => $kept,
		'messages' => array_slice( array_unique( $messages ), 0, 20 ),
		'done'     => true,
	);
}

/** WordPress has no eraser for the account itself. One that wrote something or runs the site stays. */
function privacy_engine_delete_account( $email ) {
	$user = get_user_by( 'email', $email );
	if ( $user && array( 'subscriber' ) === array_values( $user->roles ) && 0 === (int) count_user_posts( $user->ID, 'any' ) ) {
		wp_delete_user( $user->ID );
	}
}
